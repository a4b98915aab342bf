"""The agent as a process: its locks, its door, its secrets and its end."""

import json
import os
import signal
import stat
import subprocess
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import psutil
import pytest

from robot.errors import (
    CertificateExpired,
    TokenGone,
    UsageError,
    WrongPin,
)
from robot.signing.agent import Held, OsLock
from robot.signing.agent.client import begin_agent
from robot.signing.agent.lock import token_lock
from tests.doubles.agent_run import PIN, ask, certificate, running
from tests.waiting import alive, until


def test_a_second_agent_for_the_same_token_is_refused(config, tmp_path):
    """One agent a token on one machine, whichever profile it is for; the sentence names the process."""
    with running(config()) as first:
        with pytest.raises(UsageError) as busy, running(config(profile=tmp_path / "another")):
            pass
        assert [busy.value.text.key, busy.value.text.fills["pid"]] == ["errors.token_in_use", str(first.pid)]


HOLDER = """
import sys, time
from robot.signing.agent import OsLock
lock = OsLock.acquire(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


def test_the_lock_is_free_when_its_holder_is_killed(token):
    """Across processes, by name; kill -9 lets it go."""
    name = token_lock(token.tokens[0].serial)
    with subprocess.Popen([sys.executable, "-c", HOLDER, name], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline()
        with pytest.raises(Held) as taken:
            OsLock.acquire(name)
        assert taken.value.pid == holder.pid
        holder.kill()
        holder.wait()
        lock = OsLock.acquire(name, 5)
    lock.release()


def test_the_door_is_the_users_own_and_needs_the_key(config):
    """Folder 0700, socket 0600; who does not know the key gets nothing, and garbage gets a code."""
    with running(config()) as agent:
        folder = agent.config.folder
        assert [stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(Path(agent.config.address).stat().st_mode)] == [0o700, 0o600]
        with pytest.raises(AuthenticationError):
            Client(agent.config.address, authkey=b"guessed")
        for garbage in (b"", b"\xff", b"[]", b"{}", b'{"do":"open"}', b"[" * 9000):
            with Client(agent.config.address, authkey=bytes.fromhex(agent.config.authkey)) as connection:
                connection.send_bytes(garbage)
                assert json.loads(connection.recv_bytes())["code"] == "invalid_argument"
        assert ask(agent, "hello")["ok"] is True
    assert not folder.exists()


def test_a_caller_who_says_nothing_keeps_nobody_out(config):
    """The handshake is in a thread of the caller's own."""
    import socket

    with running(config()) as agent, socket.socket(socket.AF_UNIX) as silent:
        silent.connect(agent.config.address)
        assert ask(agent, "hello")["ok"] is True


def test_neither_arguments_nor_environment_hold_the_pin(config):
    """What other processes may see of the agent."""
    with running(config()) as agent:
        process = psutil.Process(agent.pid)
        shown = " ".join(process.cmdline()) + str(process.environ() if os.geteuid() == 0 else "")
        assert PIN.decode() not in shown
        assert agent.config.authkey not in shown


ORPHAN = """
import os, sys, time
from robot.signing.agent import AgentConfig, start_agent
agent = start_agent(AgentConfig.model_validate_json(sys.stdin.readline()), b"24681357")
agent.wait_until_ready()
print(agent.pid, flush=True)
time.sleep(60)
"""


def test_the_agent_ends_with_its_owner_and_takes_the_browser_along(token, config):
    """Kill -9 of the robot: within 5 s agent, browser and relay are gone, and the token's lock is free."""
    task = config()
    script = "import time; time.sleep(60)"
    browser = subprocess.Popen([sys.executable, "-c", script, f"--user-data-dir={task.profile}"])
    relay = subprocess.Popen([sys.executable, "-c", script, str(task.relay / "relay.json")])
    another = subprocess.Popen([sys.executable, "-c", script, f"--user-data-dir={task.profile}-2"])
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as robot:
        robot.stdin.write(task.model_dump_json() + "\n")
        robot.stdin.flush()
        agent = psutil.Process(int(robot.stdout.readline()))
        robot.send_signal(signal.SIGKILL)
    until(lambda: not alive([agent]), "the agent ends", 5)
    assert [browser.wait(1), relay.wait(1)] == [-signal.SIGKILL, -signal.SIGKILL]
    assert another.poll() is None
    another.kill()
    another.wait()
    OsLock.acquire(token_lock(token.tokens[0].serial)).release()
    assert not task.folder.exists()


def test_an_agent_that_was_begun_ahead_serves_and_a_dead_one_is_started_anew(config):
    """It waits for its task, and is then as any other; what was begun ahead is never the reason why a run fails."""
    begun = begin_agent(signs=True)
    with running(config(), begun=begun) as agent:
        assert begun.pid == agent.pid
        first = certificate(agent)
    with running(config(), begun=begun) as another:
        assert begun.pid != another.pid
        assert first == certificate(another)
    assert first["certificate"]


def test_an_agent_that_is_told_nothing_ends():
    """The robot died before it had said anything."""
    agent = [sys.executable, "-m", "robot.drive.agent"]
    ran = subprocess.run(agent, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert [ran.returncode, ran.stdout] == [1, b""]


def test_errors_are_raised_again_with_their_kind(token, config):
    """What the agent tells of is the robot's own error again: kind, sentence, fills."""
    with running(config(), b"00000000") as agent:
        certificate(agent)
        until(lambda: agent.failure is not None, "the robot hears of it")
        assert isinstance(agent.failure, WrongPin)
        assert token.tokens[0].serial in agent.failure.text.say("vi")
    assert not isinstance(agent.failure, (TokenGone, CertificateExpired))

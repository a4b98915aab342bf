"""The relay as a program: what it is made of, how it is started, what steers it."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import robot.signing.protocols
import robot.signing.relay
from robot.signing.relay import RelayConfig, install
from robot.signing.relay.installing import FLAGS
from tests.wire.port import CALLER, EXTENSION, installed

ROOT = Path(robot.__file__).parents[1]
ROOMS = [Path(robot.signing.relay.__file__).parent, Path(robot.signing.protocols.__file__).parent]
OWN = ("robot.signing.relay", "robot.signing.protocols")
MODULES = sorted(module for room in ROOMS for module in room.glob("*.py"))


def _imported(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield node.module


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_standard_library_only(module):
    """Relay and protocols import Python's own modules, one another, and the version in `robot` itself."""
    foreign = [
        name
        for name in _imported(module)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(OWN) and name != "robot"
    ]
    assert foreign == []


def test_nothing_foreign_is_loaded_when_it_runs():
    """The whole program with both modes' code, as the launcher starts it, loads nothing but Python's own and itself."""
    code = (
        "import sys; sys.path.append(sys.argv[1]); before = set(sys.modules)\n"
        "import robot.signing.relay.program, robot.signing.relay.vendor, robot.signing.relay.channel\n"
        "import multiprocessing.connection\n"
        "print('\\n'.join(set(sys.modules) - before - {'__mp_main__'}))"  # multiprocessing's other name of the main program
    )
    done = subprocess.run([sys.executable, *FLAGS, "-c", code, ROOT], capture_output=True, text=True, check=True)
    foreign = {name for name in done.stdout.split() if name.split(".")[0] not in sys.stdlib_module_names}
    own = {name for name in foreign if name.startswith(OWN)}
    assert foreign - own == {"robot", "robot.signing"}


def test_environment_steers_nothing(relay, tmp_path):
    """Python's variables and a user's own start-up code do not reach a relay that Chrome's environment comes to."""
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("json", "sitecustomize", "usercustomize", "struct"):
        (trap / f"{name}.py").write_text(f"raise SystemExit({name!r})", encoding="utf-8")
    environment = {"PYTHONPATH": str(trap), "PYTHONSTARTUP": str(trap / "json.py"), "PYTHONVERBOSE": "1", "LC_ALL": "C"}
    with relay.port(environment=environment) as port:
        assert port.ask("VERSION")["result"] == "ok"


def test_files_are_the_owners_alone(tmp_path):
    """The config holds the agent's key: it, the launcher and their folder are for their owner only, also when written again."""
    config = RelayConfig(mode="pkcs11", transcript=str(tmp_path / "t"), extension_ids=(EXTENSION,), agent_authkey="c0ffee" * 8)
    launcher = install(tmp_path / "relay", Path(sys.executable), config)
    assert install(tmp_path / "relay", Path(sys.executable), config) == launcher
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "relay").iterdir()}
    assert modes == {"relay.json": 0o600, "vss-relay": 0o700}
    assert (tmp_path / "relay").stat().st_mode & 0o777 == 0o700
    assert "c0ffee" not in launcher.read_text(encoding="utf-8")
    assert "c0ffee" not in repr(config)
    assert RelayConfig.load(str(tmp_path / "relay" / "relay.json")) == config


def _spoil_mode(file):
    file.chmod(0o644)


def _spoil_text(file):
    file.write_text("{", encoding="utf-8")


def _spoil_key(file):
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "trust": "everybody"}), encoding="utf-8")


@pytest.mark.parametrize("spoil", [_spoil_mode, _spoil_text, _spoil_key, Path.unlink])
def test_a_config_that_others_could_have_written_is_not_used(relay, spoil):
    """A config that is readable by others, no JSON, has a key too many, or is gone: status 2 and not a word."""
    spoil(relay.launcher.with_name("relay.json"))
    with relay.port() as port:
        assert port.read() is None
        assert port.process.wait(20) == 2


def test_without_a_transcript_no_service(tmp_path, agent):
    """Where nothing can be written down, nothing is signed."""
    relay = installed(tmp_path, transcript=str(tmp_path / "gone" / "t"), agent_address=agent.address, agent_authkey="00")
    with relay.port() as port:
        assert port.read() is None
        assert port.process.wait(20) == 4


def test_the_key_is_on_no_command_line(relay, agent):
    """Whoever lists processes sees the launcher's words: no key, no address of the agent."""
    import psutil

    with relay.port() as port:
        assert port.ask("VERSION")["result"] == "ok"
        words = psutil.Process(port.process.pid).cmdline()
        environment = psutil.Process(port.process.pid).environ()
    assert words[1:5] == list(FLAGS)
    assert words[-1] == CALLER
    assert agent.authkey.hex() not in " ".join([*words, *environment.values()])


def test_ctrl_c_in_the_robots_terminal_prints_nothing(relay):
    """SIGINT reaches Chrome's children as well; the relay ends of it without a traceback."""
    import signal

    with relay.port() as port:
        assert port.ask("VERSION")["result"] == "ok"
        os.kill(port.process.pid, signal.SIGINT)
        assert port.process.wait(20) == -signal.SIGINT

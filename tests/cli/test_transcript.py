"""`vss-robot transcript`: the frames of a run as a person reads them, and as a program does."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from robot.ledger import Ledger
from robot.settings import load
from tests.doubles.agent import running
from tests.wire.port import ORIGIN, installed

SETTINGS = 'language = "{language}"\n'
LOADER = "vss-host: error while loading shared libraries: libmsvc.so.14: cannot open shared object file"


@pytest.fixture
def run(tmp_path):
    """A run in the books of a home of its own; its id and its evidence folder."""
    (tmp_path / "robot.toml").write_text(SETTINGS.format(language="vi"), encoding="utf-8")
    settings = load(tmp_path / "robot.toml")
    ledger = Ledger.open(settings.ledger, settings.home)
    number = ledger.begin_run("register", "hoa-binh", {}, settings.evidence.folder)
    ledger.end_run(number, "chain_broken", None, None)
    ledger.close()
    folder = settings.evidence.folder / number
    folder.mkdir(parents=True)
    return number, folder


def _transcript(home, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    command = [sys.executable, "-m", "robot", "transcript", *arguments]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_frames_events_and_the_hosts_end(run, tmp_path):
    """Both conversations of a run: what was asked and answered with values left out, and why the library did not start."""
    number, folder = run
    file = str(folder / "transcript.jsonl")
    with tempfile.TemporaryDirectory(prefix="agent-") as short, running(Path(short)) as agent:
        relay = installed(tmp_path / "a", transcript=file, agent_address=agent.address, agent_authkey=agent.authkey.hex())
        with relay.port() as port:
            given = port.ask("CERT", lang="vi")["cert"]
    host = tmp_path / "vss-host"
    host.write_text(f"#!/bin/sh\necho '{LOADER}' >&2\nexit 127\n", encoding="utf-8")
    host.chmod(0o755)
    with installed(tmp_path / "b", transcript=file, mode="vendor", vendor=(str(host),)).port() as port:
        assert port.read() is None
        port.process.wait(20)
    said = _transcript(tmp_path, "last")
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert f"→ CERT  {'':>4}" in lines[1]
    assert f"type=CERT nonce=‹16 chars› origin={ORIGIN} lang=vi" in lines[1]
    assert f"cert=‹{len(given)} chars› nonce=‹16 chars› result=ok" in lines[2]
    assert given not in said.stdout
    assert "thư viện ký số kết thúc: thiếu thư viện trên máy này: libmsvc.so.14 (mã 127" in said.stdout
    assert "    | vss-host: error while loading shared libraries: libmsvc.so.14" in said.stdout
    (tmp_path / "robot.toml").write_text(SETTINGS.format(language="en"), encoding="utf-8")
    assert "it needs a library that is not on this machine: libmsvc.so.14" in _transcript(tmp_path, number).stdout
    entries = json.loads(_transcript(tmp_path, number, "--json").stdout)
    assert entries == [json.loads(line) for line in (folder / "transcript.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_run_without_a_transcript(run, tmp_path):
    """No relay was started: that is said on stderr, and the list for programs is empty."""
    number, folder = run
    said = _transcript(tmp_path, number)
    assert (said.returncode, said.stdout) == (0, "")
    assert str(folder / "transcript.jsonl") in said.stderr
    assert json.loads(_transcript(tmp_path, number, "--json").stdout) == []


def test_lines_of_a_stranger_do_not_break_it(run, tmp_path):
    """An event that this version does not know, and a line cut off by a kill, are shown or left out, never a traceback."""
    number, folder = run
    known = {"at": "2026-11-22T08:00:00.123+00:00", "relay": 7, "event": "of_a_later_version"}
    (folder / "transcript.jsonl").write_text(json.dumps(known) + '\n{"at": "2026', encoding="utf-8")
    said = _transcript(tmp_path, number)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "22/11/2026 15:00:00.123 [7] • sự kiện of_a_later_version\n"


@pytest.mark.usefixtures("run")
def test_an_unknown_run(tmp_path):
    """A run that is not in the books is a wrong command."""
    assert _transcript(tmp_path, "no-such-run").returncode == 2

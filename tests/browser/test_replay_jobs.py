"""Replays side by side: stopped by a person, and one of the processes killed."""

import os
import signal
import subprocess

import psutil
import pytest

from fixtures.recorded import RECORDINGS
from fixtures.world.layout import CHECKOUT
from fixtures.world.robot import robot_command
from tests.waiting import alive, until

EXTENSION = CHECKOUT / "fixtures" / "extension" / "unpacked"
WITHIN_S = 25


@pytest.fixture
def replays(tmp_path):
    """The command at work on many recordings, two at once, both with a browser; and its processes."""
    folders = sorted(RECORDINGS.iterdir()) * 5
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    environment |= {"VSS_ROBOT_LANGUAGE": "en", "XDG_CONFIG_HOME": str(tmp_path), "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary").mkdir()
    with subprocess.Popen(
        [*robot_command(), "replay", "--jobs", "2", "--extension", str(EXTENSION), *map(str, folders)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        until(lambda: len(_players(process.pid)) == 2, "two processes with a browser each", 60)
        yield process
        process.kill()


def _players(pid):
    """Processes of ours that have a browser."""
    found = []
    for child in psutil.Process(pid).children():
        below = child.children(recursive=True)
        if any("--user-data-dir" in " ".join(_said(each)) for each in below):
            found.append(child)
    return found


def _said(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _left(tmp_path):
    return sorted(path.name for path in (tmp_path / "temporary").glob("vss-replays-*"))


@pytest.mark.parametrize(
    "whole_group", [pytest.param(True, marks=pytest.mark.long, id="ctrl-c"), pytest.param(False, id="sigterm")]
)
def test_replays_that_are_stopped_leave_nothing(replays, tmp_path, whole_group):
    """A terminal's Ctrl-C, which all hear; SIGTERM, which the command alone hears: code 130, no browser, no folder."""
    children = psutil.Process(replays.pid).children(recursive=True)
    if whole_group:
        os.killpg(replays.pid, signal.SIGINT)
    else:
        replays.terminate()
    _, talk = replays.communicate(timeout=WITHIN_S)
    assert (130, False) == (replays.returncode, "Traceback" in talk), talk
    until(lambda: not alive(children), "browsers and players to be gone", WITHIN_S)
    assert [] == _left(tmp_path)


@pytest.mark.long
def test_a_player_that_dies_is_said(replays):
    """Nobody waits for its answer, and the others end."""
    children = psutil.Process(replays.pid).children(recursive=True)
    _players(replays.pid)[0].kill()
    _, talk = replays.communicate(timeout=WITHIN_S)
    assert (1, False) == (replays.returncode, "Traceback" in talk), talk
    assert "exit status -9" in talk
    until(lambda: not alive(children), "browsers and players to be gone", WITHIN_S)

"""A lane's process begun ahead of its session: handed over once, ended where there is no task for it."""

import json
import queue
import subprocess
import sys

import psutil
import pytest

from robot.drive.night.beginning import LaneAhead, begin_lane
from robot.drive.night.lanes import Lane
from robot.drive.night.link import Task


def test_a_lane_without_a_task_ends_by_itself():
    """The night has gone: the pipe's end is the lane's, and it says nothing."""
    lane = begin_lane()
    out, _ = lane.communicate(timeout=60)
    assert (out, lane.returncode) == ("", 0)


def _children() -> set[psutil.Process]:
    """This process may have others: a world's."""
    return set(psutil.Process().children())


def test_one_that_nobody_took_is_ended_with_the_block():
    """A night that is refused, or has nothing to send, leaves no process."""
    before = _children()
    with LaneAhead() as ahead:
        (child,) = _children() - before
    assert (ahead.take(), child.is_running()) == (None, False)


def test_one_that_was_taken_is_its_sessions():
    """Once: a second session begins its own. The block's end is none of its business any more."""
    with LaneAhead() as ahead:
        lane, second = ahead.take(), ahead.take()
    assert (second, lane.poll()) == (None, None)
    out, _ = lane.communicate(
        '{"settings": "/nowhere/robot.toml", "phrase": null, "organisation": "a", "night": 1}\n', timeout=60
    )
    over = json.loads(out)
    assert (over["event"], over["error"], lane.returncode) == ("over", "SettingsError", 2), "it was given a task"


def test_a_session_goes_on_in_the_process_that_was_begun(tmp_path):
    """It is given the session's task, and what it says is heard."""
    events, task = queue.SimpleQueue(), Task(settings="/nowhere/robot.toml", phrase=None, organisation="a", night=1)
    begun = begin_lane()
    lane = Lane(task, "token", tmp_path, events, begun)
    assert lane.pid == begun.pid
    assert ["over", "gone"] == [events.get(timeout=60)[1]["event"] for _ in range(2)]
    lane.close(10)


def test_one_that_has_died_is_not_handed_over():
    """The session begins one of its own."""
    before = _children()
    with LaneAhead() as ahead:
        (child,) = _children() - before
        child.kill()
        psutil.wait_procs([child], timeout=10)
        assert ahead.take() is None


def test_a_system_that_starts_no_process_leaves_it_to_the_session(monkeypatch):
    """Which tells what is wrong."""

    def refused(*_arguments, **_options):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with LaneAhead() as ahead:
        assert ahead.take() is None
    with pytest.raises(OSError, match="unavailable"):
        begin_lane()


def test_it_loads_nothing_else_of_the_robot():
    """Or beginning it would wait for what it is begun ahead of."""
    loaded = "import sys, robot.drive.night.beginning; print(*[name for name in sys.modules if name.startswith('robot.')])"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60).stdout
    assert set(said.split()) <= {"robot.drive", "robot.drive.night", "robot.drive.night.beginning", "robot.lazy"}

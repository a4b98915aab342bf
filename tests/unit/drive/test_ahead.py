"""What is begun ahead of a run: given over once, and ended where nobody took it."""

import os
import subprocess
import sys

import pytest

from robot.browser.launch import Started
from robot.browser.temporary import Temporary


class Driver:
    """A Playwright that knows whether it was ended."""

    def __init__(self) -> None:
        self.ended = 0

    def stop(self) -> None:
        self.ended += 1


def test_a_driver_is_taken_over_once_and_ended_where_nobody_took_it():
    """Whoever took it ends it; a second browser starts one of its own."""
    taken, left = Driver(), Driver()
    started, unused = Started(taken), Started(left)
    assert [taken, None] == [started.take(), started.take()]
    started.end()
    unused.end()
    unused.end()
    assert [0, 1] == [taken.ended, left.ended]


ALONE = """
import pathlib, sys, psutil
from robot.drive.ahead import Ahead
from robot.settings import Settings
from robot.signing.agent.client import dismiss_agent
children = lambda: {process.pid for process in psutil.Process().children()}
with Ahead(Settings(home=pathlib.Path(sys.argv[1])), "cong-ty") as ahead:
    began = children()
    taken = ahead.take_agent()
    assert ahead.take_agent() is None
left = children()
assert {taken.pid} == left, (taken.pid, left)
dismiss_agent(taken)
assert 2 == len(began), began
assert set() == children()
"""


def test_what_nobody_took_ends_with_the_block(tmp_path):
    """A run that wants no browser leaves neither agent nor Playwright behind; what was taken is its taker's.

    In a process of its own: where Playwright runs already, none is started ahead.
    """
    ran = subprocess.run([sys.executable, "-c", ALONE, tmp_path], capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stderr


@pytest.mark.parametrize("room", ["robot.diagnosis", "robot.dossier", "robot.mail", "robot.signing.token"])
def test_every_public_name_of_a_room_is_fetched_from_its_module(room):
    """The table of a room's names agrees with its modules; a name that is none is an AttributeError."""
    code = f"import {room} as room; [getattr(room, name) for name in room.__all__]; hasattr(room, 'nonsense') and exit(3)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_whoever_needs_one_part_of_a_room_loads_no_other():
    """A run reads a dossier's head: the checks of all forms are not loaded for that."""
    code = "import sys, robot.dossier; robot.dossier.read_head; exit('robot.dossier.check' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_playwrights_driver_is_told_to_keep_less_memory_where_nobody_says_otherwise(tmp_path, monkeypatch):
    """Within the block alone; options of Node's that an operator has set stand."""
    temporary = Temporary(tmp_path)
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    with temporary.for_children():
        assert ["--max-semi-space-size=4", str(tmp_path)] == [os.environ["NODE_OPTIONS"], os.environ["TMPDIR"]]
    assert "NODE_OPTIONS" not in os.environ
    monkeypatch.setenv("NODE_OPTIONS", "--use-system-ca")
    with temporary.for_children():
        assert "--use-system-ca" == os.environ["NODE_OPTIONS"]
    assert "--use-system-ca" == os.environ["NODE_OPTIONS"]

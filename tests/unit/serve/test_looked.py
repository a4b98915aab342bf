"""Tokens and chains: looked at by a command in the background, shown with their time, and nothing left running."""

import threading
import time
from pathlib import Path

import pytest

from robot.serve.commands import Commands, Ran
from robot.serve.looked import Doctor, Tokens
from tests.waiting import until


class Line:
    """Commands that end when they are told to."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.typed = []
        self.go = threading.Event()

    def run(self, *typed, **_):
        self.typed.append(typed)
        assert self.go.wait(20)
        return self.ends.pop(0)


def test_tokens_are_looked_at_without_anybody_waiting():
    """The first look begins with the first page; until it ends, nothing is known; then it is not begun again before its time."""
    line = Line(Ran(0, [{"serial": "1"}], ""))
    tokens = Tokens(line, 600)
    assert (tokens.seen().going, tokens.facts) == (True, ())
    line.go.set()
    until(lambda: not tokens.seen().going, "the look ends")
    assert (tokens.facts, line.typed) == ([{"serial": "1"}], [("tokens", "--json")])


def test_a_driver_that_fails_is_said_and_looked_at_again():
    """By what the command said; an old look gives way to a new one."""
    line = Line(Ran(11, None, "the driver does not load"), Ran(0, [], ""))
    tokens = Tokens(line, 600)
    line.go.set()
    tokens.seen()
    until(lambda: not tokens.seen().going, "the look ends")
    assert (tokens.seen().wrong, tokens.facts) == ("the driver does not load", ())
    assert tokens.seen(anew=True).going
    until(lambda: tokens.seen().found == [], "the next look")


@pytest.mark.parametrize(("code", "data", "found"), [(0, {"finding": None}, True), (11, {"finding": {}}, True), (2, None, False)])
def test_an_examination_is_of_one_organisation(code, data, found):
    """Health and a finding are results; a refusal to look is not, and is said."""
    line = Line(Ran(code, data, "a run uses its profile"))
    doctor = Doctor(line)
    doctor.examine("hoa-binh")
    doctor.examine("hoa-binh")
    assert (doctor.seen("hoa-binh").going, doctor.seen("song-lo").going) == (True, False)
    line.go.set()
    until(lambda: not doctor.seen("hoa-binh").going, "the examination ends")
    look = doctor.seen("hoa-binh")
    assert (look.found, look.wrong) == ((data, "") if found else (None, "a run uses its profile"))
    assert line.typed == [("doctor", "--org", "hoa-binh", "--json")]


def test_a_command_that_does_not_end_is_ended():
    """After its time, or when the page closes; then none is begun."""
    commands = Commands(Path("robot.toml"), "en")
    begun = time.monotonic()
    assert commands.run("--version", within_s=0.001).exit_code == 1
    commands.close()
    assert (commands.run("--version").exit_code, commands._running) == (1, set())
    assert time.monotonic() - begun < 20

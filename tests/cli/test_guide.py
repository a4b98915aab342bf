"""`vss-robot guide`: there before any settings are, as Markdown for whoever keeps it, laid out for whoever reads it."""

import io
import json
import os
import subprocess

import pytest
from rich.console import Console

from fixtures.world.robot import robot_command
from robot.cli import guide as command
from robot.guides import NAMES, read


@pytest.fixture
def robot(tmp_path):
    """The command in a folder without settings."""

    def run(*arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
        environment |= {"VSS_ROBOT_SETTINGS": str(tmp_path / "none.toml")} | variables
        return subprocess.run([*robot_command(), "guide", *arguments], env=environment, capture_output=True, check=False)

    return run


def test_a_guide_is_printed_whole_in_utf_8_whatever_the_console_speaks(robot):
    """Windows would write its own code page into a file, which lacks half of our letters."""
    ran = robot("handbook", PYTHONIOENCODING="cp1252")
    assert (ran.returncode, ran.stdout.decode("utf-8"), ran.stderr) == (0, read("handbook", "vi").text, b"")


def test_one_that_is_not_there_is_told_in_a_sentence(robot):
    """Exit code 2, with the names of those that are."""
    ran = robot("handbok", VSS_ROBOT_LANGUAGE="en")
    assert (ran.returncode, ran.stderr.decode().count("\n"), "handbook" in ran.stderr.decode()) == (2, 1, True)


def test_the_list_names_every_guide_with_its_languages(capsys):
    """For people, and for programs."""
    command.show_guide(None, "en", as_json=False)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(NAMES)
    command.show_guide(None, "en", as_json=True)
    listed = {one["guide"]: one["languages"] for one in json.loads(capsys.readouterr().out)}
    assert (list(listed), listed["findings"], listed["qa"]) == (list(NAMES), ["vi", "en"], ["en"])


def test_one_that_is_not_in_the_language_is_shown_in_the_other_and_that_is_said(capsys):
    """On stderr: stdout is the guide."""
    command.show_guide("qa", "vi", as_json=False)
    shown = capsys.readouterr()
    assert (shown.out, "qa" in shown.err) == (read("qa", "en").text, True)


def test_on_a_terminal_a_guide_is_laid_out():
    """No marks of Markdown, and links as the command that opens the other guide."""
    screen = io.StringIO()
    command.lay_out(read("flows", "en"), Console(file=screen, width=90))
    shown = " ".join(screen.getvalue().split())
    assert ("QA guide (vss-robot guide qa)" in shown, "](" in shown, "| in the flow |" in shown) == (True, False, False)

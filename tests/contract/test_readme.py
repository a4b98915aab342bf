"""README agrees with the code, part by part."""

import pytest

from robot.cli import help as kept
from robot.diagnosis import CODES
from tests.proof import faults as findings
from tests.readme import PART, README, made_to_agree, parts, said_help

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", list(PART.finditer(TEXT)), ids=lambda part: part["name"])
def test_a_generated_part_is_what_the_code_says(part):
    """Help texts, settings, exit codes and faults stand in README as they are; `python -m tests.readme --write` mends them."""
    assert made_to_agree(part.group()) == part.group()


def test_every_command_and_all_tables_stand_in_readme():
    """No command is left out."""
    from typer.main import get_command

    from robot.cli.app import app

    def walk(group, path):
        for name, command in group.commands.items():
            yield " ".join([*path, name])
            yield from walk(command, [*path, name]) if hasattr(command, "commands") else ()

    assert {"help", *walk(get_command(app), ["help"]), "settings", "exit codes", "faults", "findings"} <= set(parts(TEXT))


def test_the_table_of_findings_has_every_fault_by_its_expected_name():
    """A fault that was added or renamed is seen here until the proof `faults --by-run` has met it."""
    found = {name: (row["code"], CODES[row["code"]], row["certainty"]) for name, row in findings.measured().items()}
    assert {name: findings.expected(name) for name in findings.ALL} == found
    assert set(findings.ALARMS) == {name for name, row in findings.measured().items() if row["seconds"] is None}
    assert max(row["seconds"] or 0 for row in findings.measured().values()) <= findings.AFTER_WAIT_S


def test_the_help_that_is_kept_is_what_the_command_line_says(monkeypatch):
    """It is printed without loading the command line, so nothing but this holds it to the truth."""
    monkeypatch.setenv("COLUMNS", "120")
    assert said_help([]) == kept.kept_help(["/usr/bin/vss-robot", "--help"])


NOT_KEPT = [
    (["vss-robot", "--help"], "79"),
    (["vss-robot", "run", "--help"], "120"),
    (["vss-robot"], "120"),
    (["robot", "--help"], "120"),
]


@pytest.mark.parametrize(("typed", "columns"), NOT_KEPT)
def test_the_help_that_is_kept_is_for_wide_terminals_and_the_top_level_only(typed, columns, monkeypatch):
    """A narrower terminal, a command, no argument and another program's name are the command line's own."""
    monkeypatch.setenv("COLUMNS", columns)
    assert kept.kept_help(typed) is None

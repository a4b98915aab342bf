"""README agrees with the code, part by part."""

import pytest

from tests.readme import PART, README, made_to_agree, parts

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

    assert {"help", *walk(get_command(app), ["help"]), "settings", "exit codes", "faults"} <= set(parts(TEXT))

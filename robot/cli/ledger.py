"""`vss-robot ledger`: check, backup, export."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import VIETNAM
from robot.errors import RobotError, UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path


def check_ledger(settings: Path | None, *, as_json: bool) -> None:
    """Say what does not hold, a line each; nothing is changed, runs of ended processes are shown and not reaped.

    Raises:
        RobotError: `books_broken`, exit code 1.
    """
    with open_office(settings) as office:
        checked, speaks = office.ledger.check(), office.settings.language
        said = [Text(f"breaches.{breach.rule}", asdict(breach)).say(speaks) for breach in checked.breaches]
        if as_json:
            found = [{**asdict(breach), "said": text} for breach, text in zip(checked.breaches, said, strict=True)]
            print_json({"clean": not found, "rows": dict(checked.rows), "breaches": found})
        else:
            sys.stdout.writelines(f"{line}\n" for line in said)
        if said:
            raise RobotError("books_broken", number=len(said))
        if not as_json:
            sys.stderr.write(Text("labels.books_clean", {"rows": sum(checked.rows.values())}).say(speaks) + "\n")


def backup_ledger(settings: Path | None, file: Path) -> None:
    """Copy, and say how much was written."""
    with open_office(settings) as office:
        size = office.ledger.backup(file)
        said = Text("labels.books_copied", {"file": file, "kilobytes": -(-size // 1024)})
        sys.stderr.write(said.say(office.settings.language) + "\n")


def export_ledger(settings: Path | None, since: str | None) -> None:
    """A line a row.

    Raises:
        UsageError: `day_wrong`.
    """
    try:
        begins = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=VIETNAM) if since else None
    except ValueError as wrong:
        raise UsageError("day_wrong", day=since) from wrong
    with open_office(settings) as office:
        for row in office.ledger.export(begins):
            print_json(row, indent=None)

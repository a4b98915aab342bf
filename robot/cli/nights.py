"""`vss-robot nights`: what the nights came to, and one night's report."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
from robot.errors import NameUnknown, UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path


def list_nights(settings: Path | None, limit: int, *, as_json: bool) -> None:
    """A line a night, the newest first."""
    with open_office(settings) as office:
        found = office.ledger.nights.nights(limit)
        if as_json:
            print_json([asdict(night) for night in found])
            return
        speaks = office.settings.language
        if not found:
            sys.stderr.write(Text("labels.no_nights").say(speaks) + "\n")
        for night in found:
            counts = {
                name: (night.facts or {}).get(name, "-") for name in ("planned", "accepted", "refused", "held", "not_started")
            }
            outcome = Text(f"night_outcomes.{night.outcome or 'running'}").say(speaks)
            told = Text("night.counts", counts).say(speaks)
            sys.stdout.write(f"{night.id:>6}  {shown(night.begun)}  {outcome}  {told}\n")


def show_night(settings: Path | None, name: str, junit: Path | None, *, as_json: bool) -> None:
    """One night's report on stdout; as JUnit XML also in a file."""
    from robot.report import night_files
    from robot.report.night import report_of

    with open_office(settings) as office:
        newest = office.ledger.nights.nights(1) if name == "last" else []
        report = report_of(office.ledger, newest[0].id if newest else _number(name))
        speaks = office.settings.language
    if junit is not None:
        try:
            junit.write_bytes(night_files.as_junit(report, speaks))
        except OSError as wrong:
            raise UsageError("file_unwritable", file=junit, why=wrong) from wrong
    if as_json:
        print_json(night_files.as_json(report))
    else:
        sys.stdout.write(night_files.as_text(report, speaks))


def _number(name: str) -> int:
    try:
        return int(name)
    except ValueError:
        raise NameUnknown("night_unknown", name=name) from None

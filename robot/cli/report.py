"""`vss-robot report`: a run or a night as one page; the file's path on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from robot import private
from robot.cli.opening import open_office
from robot.clock import VIETNAM
from robot.errors import NameUnknown, UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from datetime import date

    from robot.drive import Office
    from robot.ledger import Ledger, Run
    from robot.report import Cover

DATES: Final = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y")
MOST_NIGHTS: Final = 5_000  # looked through for a date; more than thirteen years of them


@dataclass(frozen=True)
class Wanted:
    """What was typed after `vss-robot report`."""

    run: str | None
    night: str | None
    out: Path | None
    pdf: bool = field(kw_only=True)
    open_it: bool = field(kw_only=True)


def write_report(wanted: Wanted, settings: Path | None, vault_fd: int | None) -> None:
    """One file. With the vault's pass phrase handed over, a run's page is searched for its secrets, as a bundle is.

    Raises:
        UsageError: neither a run nor a night is named, or both; no such one; the file exists; a wrong pass phrase.
        BrowserFailed: the PDF could not be printed.
    """
    if (wanted.run is None) == (wanted.night is None):
        raise UsageError("report_which")
    with open_office(settings, vault_fd) as office:
        office.ledger.reap()
        name, html = _run(office, wanted.run, vault_fd) if wanted.run is not None else _nights(office, str(wanted.night))
        file = wanted.out or Path(f"vss-{name}.{'pdf' if wanted.pdf else 'html'}")
        if wanted.out is not None and file.exists():
            raise UsageError("file_exists", file=file)
        if wanted.pdf:
            from robot.browser.printing import print_pdf

            data = print_pdf(html, office.settings)
        else:
            data = html.encode()
        _write(file, data)
        speaks = office.settings.language
    sys.stdout.write(f"{file.resolve()}\n")
    if wanted.open_it and not webbrowser.open(file.resolve().as_uri()):
        sys.stderr.write(Text("page.not_opened").say(speaks) + "\n")


def _run(office: Office, name: str, vault_fd: int | None) -> tuple[str, str]:
    """The file's name without its ending, and the page."""
    from robot.report.page.run import read_run, run_page

    newest = office.ledger.runs(1) if name == "last" else []
    row = newest[0] if newest else office.ledger.run(name)
    cover = _cover(office, vault_fd, row)
    return row.id, run_page(read_run(row, office.ledger, office.settings, cover), office.settings.language)


def _nights(office: Office, name: str) -> tuple[str, str]:
    from robot.report import Cover
    from robot.report.page.night import night_page, read_night

    day = _date(name)
    numbers = _of_date(office.ledger, day, name) if day is not None else [_number(office.ledger, name)]
    cover = Cover(office.redactor, office.settings)
    read = [read_night(office.ledger, number, office.settings, cover) for number in numbers]
    told = day.strftime("%d/%m/%Y") if day is not None else str(numbers[0])
    file = f"night-{day.isoformat() if day is not None else numbers[0]}"
    return file, night_page(read, told, office.settings.language)


def _cover(office: Office, vault_fd: int | None, row: Run) -> Cover:
    """What a run wrote was covered at its source; the vault, slow to open, is asked only where its phrase is handed over."""
    from robot.report import Cover

    cover = Cover(office.redactor, office.settings)
    if vault_fd is not None:
        cover.learn(office.vault, row.organisation)
    return cover


def _date(name: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(name, form).replace(tzinfo=VIETNAM).date()
        except ValueError:
            continue
    return None


def _of_date(ledger: Ledger, day: date, name: str) -> list[int]:
    """The nights that began on a date in Vietnam, the first one first.

    Raises:
        NameUnknown: there were none.
    """
    found = [night.id for night in ledger.nights.nights(MOST_NIGHTS) if night.begun.astimezone(VIETNAM).date() == day]
    if not found:
        raise NameUnknown("night_unknown", name=name)
    return sorted(found)


def _number(ledger: Ledger, name: str) -> int:
    newest = ledger.nights.nights(1) if name == "last" else []
    try:
        return newest[0].id if newest else int(name)
    except ValueError:
        raise NameUnknown("night_unknown", name=name) from None


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, for its owner only."""
    beside = file.with_name(f".{file.name}.new")
    try:
        with open(beside, "wb", opener=private.opener) as opened:
            opened.write(data)
        beside.replace(file)
    except OSError as wrong:
        raise UsageError("file_unwritable", file=file, why=wrong.strerror or type(wrong).__name__) from wrong
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()

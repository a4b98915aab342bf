"""The list of dossiers sent ("Tra cứu hồ sơ")."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from robot.flow import VIETNAM, Proof, Receipt, Seen

if TYPE_CHECKING:
    from robot.flow import Session, Wanted

ROWS = "table#dossiers tr[data-number]"
CELLS = """rows => rows.map(row => [row.dataset.number,
    ...[...row.querySelectorAll('td')].map(cell => cell.innerText.trim())])"""
SENT = "%d/%m/%Y %H:%M:%S"
CLOCKS_APART = timedelta(minutes=10)  # between the portal's clock and ours


class LookupPage:
    """Rows by number, or by procedure, period and round."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page

    def seek(self, wanted: Wanted) -> Seen:
        """Look for a dossier by its matter, file name and time, and once more by the number found; else for the control.

        Columns: number, procedure, period, round, time sent, status, file.
        """
        dossier, turn = wanted.dossier, f"{wanted.round_number:02d}"
        shown = self._rows({"thu-tuc": dossier.procedure, "ky": dossier.period, "dot": turn})
        self._session.picture("the list of dossiers")
        fitting = [
            row
            for number, *row in shown
            if number not in wanted.other_numbers
            and row[2:4] == [dossier.period, turn]
            and row[6] == wanted.file_name
            and _sent(row[4]) >= wanted.since - CLOCKS_APART
        ]
        if len(fitting) > 1:
            return Seen(why=f"{len(fitting)} dossiers fit")
        if fitting:
            number, sent = fitting[0][0], fitting[0][4]
            proofs = [Proof("lookup", number, sent)]
            if self._numbered(number):
                proofs.append(Proof("number", number, sent))
            return Seen(Receipt(kind="dossier", number=number, at=sent), tuple(proofs))
        if wanted.control is None:
            return Seen(why="no dossier is known to be there, so that an empty list proves nothing")
        if self._numbered(wanted.control):
            return Seen(control_seen=True)
        return Seen(why=f"the list does not show {wanted.control} either, which is known to be there")

    def _numbered(self, number: str) -> bool:
        """Whether the list shows a dossier of this number when it is asked for by it."""
        return any(shown[0] == number for shown in self._rows({"so": number}))

    def _rows(self, filters: dict[str, str]) -> list[list[str]]:
        self._session.open(f"{self._session.settings.portal.paths.lookup}?{urlencode(filters)}")
        found: list[list[str]] = self._page.locator(ROWS).evaluate_all(CELLS)
        return [row for row in found if len(row) == 8]  # noqa: PLR2004 - the number, and the seven columns


def _sent(shown: str) -> datetime:
    """The time a row shows; the epoch where it shows none, so that such a row fits nothing."""
    try:
        return datetime.strptime(shown, SENT).replace(tzinfo=VIETNAM)
    except ValueError:
        return datetime.fromtimestamp(0, VIETNAM)

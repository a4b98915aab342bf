"""The list of dossiers sent ("Tra cứu hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from robot.flow import Row, judged

if TYPE_CHECKING:
    from robot.flow import Seen, Session, Wanted

ROWS = "table#dossiers tr[data-number]"
CELLS = """rows => rows.map(row => [row.dataset.number,
    ...[...row.querySelectorAll('td')].map(cell => cell.innerText.trim())])"""


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
        return judged(wanted, shown, self._numbered)

    def _numbered(self, number: str) -> bool:
        """Whether the list shows a dossier of this number when it is asked for by it."""
        return any(shown.number == number for shown in self._rows({"so": number}))

    def _rows(self, filters: dict[str, str]) -> list[Row]:
        self._session.open(f"{self._session.settings.portal.paths.lookup}?{urlencode(filters)}")
        found: list[list[str]] = self._page.locator(ROWS).evaluate_all(CELLS)
        whole = (row for row in found if len(row) == 8)  # noqa: PLR2004 - the number, and the seven columns
        return [Row(number, period, turn, sent, file) for number, _, _, period, turn, sent, _, file in whole]

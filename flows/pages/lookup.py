"""The list of dossiers sent ("Tra cứu hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.flow import Row, judged

if TYPE_CHECKING:
    from robot.flow import Seen, Session, Wanted


class LookupPage:
    """Rows by number, or by procedure, period and round."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page_map("lookup")

    def seek(self, wanted: Wanted) -> Seen:
        """Look for a dossier by its matter, file name and time, and once more by the number found; else for the control."""
        dossier, turn = wanted.dossier, f"{wanted.round_number:02d}"
        shown = self._rows(procedure=dossier.procedure, period=dossier.period, round=turn)
        self._session.picture("the list of dossiers")
        return judged(wanted, shown, self._numbered)

    def _numbered(self, number: str) -> bool:
        """Whether the list shows a dossier of this number when it is asked for by it."""
        return any(shown.number == number for shown in self._rows(number=number))

    def _rows(self, **narrowed: str) -> list[Row]:
        self._page.open(**narrowed)
        return [Row(row["number"], row["period"], row["round"], row["sent"], row["file"]) for row in self._page.rows()]

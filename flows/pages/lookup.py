"""The list of dossiers sent ("Tra cứu hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from robot.flow import Receipt

if TYPE_CHECKING:
    from robot.flow import DossierHead, Session


class LookupPage:
    """Rows by procedure, period and round."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page

    def find(self, dossier: DossierHead, round_number: int, *, but: frozenset[str] = frozenset()) -> Receipt | None:
        """The receipt of a dossier as the list shows it, or None where the list does not show it.

        `but` are numbers of earlier attempts, which the list shows as well.
        """
        wanted = {"thu-tuc": dossier.procedure, "ky": dossier.period, "dot": f"{round_number:02d}"}
        self._session.open(f"{self._session.settings.portal.paths.lookup}?{urlencode(wanted)}")
        rows = self._page.locator("table#dossiers tr[data-number]")
        self._session.picture("the list of dossiers")
        for row in rows.all():
            cells = [cell.strip() for cell in row.locator("td").all_inner_texts()]
            number = row.get_attribute("data-number") or ""
            if number not in but and dossier.period in cells and f"{round_number:02d}" in cells:
                return Receipt(kind="dossier", number=number, at=cells[cells.index(f"{round_number:02d}") + 1])
        return None

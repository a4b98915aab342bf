"""The page where a dossier is uploaded ("Nộp hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.certificates import CertificateForm
from robot.flow import Receipt, Sight

if TYPE_CHECKING:
    from robot.flow import DossierHead, Session


class UploadPage:
    """The file, its round, and the receipt."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page
        self.certificates = CertificateForm(session)

    def open(self) -> None:
        """Go to the page."""
        self._session.open(self._session.settings.portal.paths.submit)

    def choose(self, dossier: DossierHead, round_number: int) -> None:
        """Choose the dossier's file, as it is, and its round ("đợt")."""
        self._page.locator("[formcontrolname=TepHoSo]").set_input_files(dossier.file)
        self._page.locator("[formcontrolname=Dot]").fill(f"{round_number:02d}")

    def ask(self) -> None:
        """Press "Nộp hồ sơ": the page then asks the extension for the token's certificates."""
        self._page.get_by_role("button", name="Nộp hồ sơ", exact=True).click()

    def receipt(self) -> Receipt:
        """The dossier's number and time, from the receipt that the page shows."""
        shown = self._session.see(Sight("the receipt", self._page.locator("#receipt")))
        number = shown.locator(".receipt-number").inner_text().strip()
        return Receipt(kind="dossier", number=number, at=shown.locator(".receipt-time").inner_text().strip())

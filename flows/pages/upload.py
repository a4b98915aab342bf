"""The page where a dossier is uploaded ("Nộp hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.pages.certificates import CertificateForm
from robot.flow import Receipt, Sight

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Response

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

    def answer(self) -> Callable[[], Receipt | None]:
        """Listen to what the portal answers to the upload; called after the receipt, it gives what the network showed of it."""
        heard: list[Receipt] = []
        path = self._session.settings.portal.paths.upload_call

        def listen(response: Response) -> None:
            if response.request.method == "POST" and urlsplit(response.url).path == path and response.ok:
                told = response.json()
                heard.append(Receipt(kind="dossier", number=str(told.get("number", "")), at=str(told.get("at", ""))))

        self._page.on("response", listen)

        def told() -> Receipt | None:
            self._page.remove_listener("response", listen)
            return heard[-1] if heard else None

        return told

    def receipt(self) -> Receipt:
        """The dossier's number and time, from the receipt that the page shows."""
        shown = self._session.see(Sight("the receipt", self._page.locator("#receipt")))
        number = shown.locator(".receipt-number").inner_text().strip()
        return Receipt(kind="dossier", number=number, at=shown.locator(".receipt-time").inner_text().strip())

"""The page where a dossier is uploaded ("Nộp hồ sơ")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.pages.certificates import CertificateForm
from robot.flow import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Response

    from robot.flow import DossierHead, Session


class UploadPage:
    """The file, its round, and the receipt."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page_map("upload")
        self.certificates = CertificateForm(self._page)

    def open(self) -> None:
        """Go to the page."""
        self._page.open()

    def choose(self, dossier: DossierHead, round_number: int) -> None:
        """Choose the dossier's file, as it is, and its round ("đợt")."""
        self._fill_in(dossier, round_number)
        if self._page.shows("receipt"):  # of the dossier before: it would be taken for this one's
            self._page.load_anew()
            self._fill_in(dossier, round_number)

    def ask(self) -> None:
        """Press "Nộp hồ sơ": the page then asks the extension for the token's certificates."""
        self._page.one("ask").click()

    def answer(self) -> Callable[[], Receipt | None]:
        """Listen to what the portal answers to the upload; called after the receipt, it gives what the network showed of it."""
        heard: list[Receipt] = []
        page, path = self._session.page, self._session.settings.portal.paths.upload_call

        def listen(response: Response) -> None:
            if response.request.method == "POST" and urlsplit(response.url).path == path and response.ok:
                told = response.json()
                heard.append(Receipt(kind="dossier", number=str(told.get("number", "")), at=str(told.get("at", ""))))

        page.on("response", listen)

        def told() -> Receipt | None:
            page.remove_listener("response", listen)
            return heard[-1] if heard else None

        return told

    def _fill_in(self, dossier: DossierHead, round_number: int) -> None:
        self._page.one("file").set_input_files(dossier.file)
        self._page.one("round").fill(f"{round_number:02d}")

    def receipt(self) -> Receipt:
        """The dossier's number and time, from the receipt that the page shows."""
        self._session.see(self._page.sight("receipt", "the receipt"))
        number, at = (self._page.one(name).inner_text().strip() for name in ("number", "time"))
        return Receipt(kind="dossier", number=number, at=at)

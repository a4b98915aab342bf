"""The page where the activation code is entered ("Kích hoạt tài khoản")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.flow import Receipt, Sight

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from robot.flow import ActivationLetter, Session


class ActivationPage:
    """Tax code, number of the registration, and the code."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page

    def open(self, letter: ActivationLetter) -> None:
        """Go where the letter's link leads (the mail room has checked that it is the portal), or to the page of the settings."""
        self._session.open(letter.link or self._session.settings.portal.paths.activate)

    def enter(self, tax_code: str, letter: ActivationLetter) -> None:
        """Enter the letter's code and press "Kích hoạt"."""
        self._field("MaSoThue").fill(tax_code)
        if letter.registration:
            self._field("MaDangKy").fill(letter.registration)
        self._field("MaKichHoat").fill(letter.code.get_secret_value())
        self._page.get_by_role("button", name="Kích hoạt", exact=True).click()

    def receipt(self, letter: ActivationLetter) -> Receipt:
        """The dialog of success, which is closed again."""
        dialog = self._page.get_by_role("dialog").filter(has=self._page.get_by_text("Kích hoạt tài khoản thành công"))
        shown = self._session.see(Sight("the dialog of a successful activation", dialog))
        shown.get_by_role("button", name="Close dialog").click()
        return Receipt(kind="activation", number=letter.registration or "")

    def _field(self, name: str) -> Locator:
        return self._page.locator(f"[formcontrolname={name}]")

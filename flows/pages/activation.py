"""The page where the activation code is entered ("Kích hoạt tài khoản")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.flow import Receipt

if TYPE_CHECKING:
    from robot.flow import ActivationLetter, Session


class ActivationPage:
    """Tax code, number of the registration, and the code."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page_map("activation")

    def open(self, letter: ActivationLetter) -> None:
        """Go where the letter's link leads (the mail room has checked that it is the portal), or to the page of the settings."""
        self._page.open(letter.link or "")
        self._page.ready("tax_code", *(["registration"] if letter.registration else []), "code", "activate")

    def enter(self, tax_code: str, letter: ActivationLetter) -> None:
        """Enter the letter's code and press "Kích hoạt"."""
        self._page.one("tax_code").fill(tax_code)
        if letter.registration:
            self._page.one("registration").fill(letter.registration)
        self._page.one("code").fill(letter.code.get_secret_value())
        self._page.one("activate").click()

    def receipt(self, letter: ActivationLetter) -> Receipt:
        """What the dialog of success proves."""
        self._session.see(self._page.sight("activated", "the dialog of a successful activation"))
        return Receipt(kind="activation", number=letter.registration or "")

    def close(self) -> None:
        """Close the dialog of success."""
        self._page.one("close").click()

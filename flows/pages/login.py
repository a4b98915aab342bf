"""The log-in page ("Đăng nhập")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.captcha import Captcha
from robot.flow import Sight

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from robot.flow import Credentials, Session


class LoginPage:
    """User name, password, "Tổ chức", captcha."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page
        self._captcha = Captcha(session, self._page.locator("form"))
        self.account_menu = Sight("the account's menu", self._page.locator("#accountMenuBtn"))

    def open(self) -> None:
        """Go to the page."""
        self._session.open(self._session.settings.portal.paths.login)

    def enter(self, credentials: Credentials) -> None:
        """Enter the credentials as an organisation, answer the captcha, press "Đăng nhập"."""
        self._field("username").fill(credentials.user_name)
        self._field("password").fill(credentials.password.get_secret_value())
        self._page.get_by_label("Tổ chức").check()
        self._captcha.answer()
        self._page.locator("form").get_by_role("button", name="Đăng nhập", exact=True).click()

    def _field(self, name: str) -> Locator:
        return self._page.locator(f"[formcontrolname={name}]")

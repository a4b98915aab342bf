"""The log-in page ("Đăng nhập")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.captcha import Captcha

if TYPE_CHECKING:
    from robot.flow import Credentials, Session, Sight


class LoginPage:
    """User name, password, "Tổ chức", captcha."""

    def __init__(self, session: Session) -> None:
        self._page = session.page_map("login")
        self._captcha = Captcha(session, self._page)

    @property
    def account_menu(self) -> Sight:
        """What is there after a log-in alone."""
        return self._page.sight("account_menu", "the account's menu")

    def open(self) -> None:
        """Go to the page."""
        self._page.open()

    def enter(self, credentials: Credentials) -> None:
        """Enter the credentials as an organisation, answer the captcha, press "Đăng nhập"."""
        self._page.one("user_name").fill(credentials.user_name)
        self._page.one("password").fill(credentials.password.get_secret_value())
        self._page.one("organisation").check()
        self._captcha.answer()
        self._page.one("log_in").click()

"""Log in: a part of other flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.login import LoginPage

if TYPE_CHECKING:
    from robot.flow import Session


def log_in(s: Session) -> None:
    """Log in with the credentials of the vault; a person reads the captcha."""
    credentials = s.post.credentials()
    page = LoginPage(s)
    with s.step("log in"), s.typing_secrets():
        page.open()
        s.expect(page.account_menu, ask=lambda: page.enter(credentials))

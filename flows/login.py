"""Log in: a part of other flows, and the beginning of a session in which many dossiers are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.login import LoginPage
from robot.flow import Receipt, flow

if TYPE_CHECKING:
    from robot.flow import Organisation, Session


def log_in(s: Session) -> None:
    """Log in with the credentials of the vault, where nobody has before; a person reads the captcha."""
    if s.logged_in:
        return
    credentials = s.post.credentials()
    page = LoginPage(s)
    with s.step("log in"), s.typing_secrets():
        page.open()
        s.expect(page.account_menu, ask=lambda: page.enter(credentials))


@flow("night-session", "Log in, and nothing else: in a night, many dossiers follow in the same session.")
def night_session(s: Session, org: Organisation) -> Receipt:
    """The receipt names who is logged in."""
    log_in(s)
    return Receipt(kind="session", number=org.tax_code)

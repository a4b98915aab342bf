"""The captcha of a form: a picture that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from robot.flow import Session


class Captcha:
    """Picture, button for another one, and the field for its characters."""

    def __init__(self, session: Session, form: Locator) -> None:
        self._session = session
        self._picture = form.locator('img[alt="captcha"], .captcha-img img').first
        self._another = form.locator(".refresh")
        self._field = form.locator("[formcontrolname=textCaptcha]")
        self._answered: str | None = None

    def answer(self) -> None:
        """Have a person read the picture, and enter what they say; a picture serves once, so the next one is waited for."""
        if self._answered is not None and not self._session.changed(self._picture, "src", self._answered, within_s=1):
            self._another.click()
            self._session.changed(self._picture, "src", self._answered, within_s=self._session.settings.timers.page_s)
        self._answered = self._picture.get_attribute("src")
        self._field.fill(self._session.ask("captcha", self._picture))

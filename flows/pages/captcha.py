"""The captcha of a form: a picture that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robot.flow import MappedPage, Session


class Captcha:
    """Picture, button for another one, and the field for its characters."""

    def __init__(self, session: Session, page: MappedPage) -> None:
        self._session = session
        self._part = page.part("captcha")
        self._answered: str | None = None

    def answer(self) -> None:
        """Have a person read the picture, and enter what they say; a picture serves once, so the next one is waited for."""
        picture = self._part.one("picture")
        if self._answered is not None and not self._session.changed(picture, "src", self._answered, within_s=1):
            self._part.one("another").click()
            self._session.changed(picture, "src", self._answered, within_s=self._session.settings.timers.page_s)
        self._answered = picture.get_attribute("src")
        self._part.one("characters").fill(self._session.ask("captcha", picture))

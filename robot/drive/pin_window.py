"""The question that a window of the vendor's library is: its answer is typed there, and never comes here."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.errors import UsageError
from robot.ledger import WrongState
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.ledger import Ledger

PIN_WINDOW: Final = "pin_window"


class PinWindow:
    """One run's windows, one after the other; `tell` tells people of a question by its number."""

    def __init__(self, ledger: Ledger, run: str, tell: Callable[[int], object]) -> None:
        self._ledger = ledger
        self._run = run
        self._tell = tell
        self._open: int | None = None

    def opened(self, wait_s: float) -> None:
        """A window waits for a person, for so many seconds at most."""
        text = Text("labels.question_pin_window", {"machine": platform.node()})
        said: dict[str, str] = {language: text.say(language) for language in LANGUAGES}
        try:
            self._open = self._ledger.ask(self._run, PIN_WINDOW, expires_s=wait_s, said=said)
        except (UsageError, WrongState) as wrong:  # the window stands there all the same, and the operator was told at the run
            logger.bind(action="pin_window", run=self._run).warning(str(wrong))
            return
        self._tell(self._open)

    def closed(self, *, answered: bool) -> None:
        """The window waits no more: its answer came, or nobody gave one in time."""
        question, self._open = self._open, None
        if question is None:
            return
        settle = self._ledger.answered if answered else self._ledger.expired
        try:
            settle(question)
        except WrongState:  # its time was over, and somebody who listed the questions has settled it
            return
        except UsageError as wrong:
            logger.bind(action="pin_window", run=self._run).warning(str(wrong))

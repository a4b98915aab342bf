"""The PIN's policy: one log-in that the books know of before the token is asked, and no second one after a wrong PIN.

The books stop a token for everyone; the token's own flags come second, since not every token sets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loguru import logger

from robot.errors import LogInFailed, PinCancelled, PinFinalTry, PinLengthWrong, PinNeeded, RobotError
from robot.signing.token.pin import check_pin

if TYPE_CHECKING:
    from robot.signing.agent.seams import Books, Session
    from robot.signing.token import Token

# No PIN has reached the token, or a person took it back: nothing counts towards the token's lock.
HARMLESS = (PinFinalTry, PinLengthWrong, PinNeeded, PinCancelled)


class PinPolicy:
    """Logs in to tokens with one PIN; None is a PIN that a person types on the token's own pad."""

    def __init__(self, pin: bytes | None, books: Books) -> None:
        self._pin = pin
        self._books = books

    def check(self, token: Token) -> None:
        """Look at everything that forbids a log-in; the token is not asked for one.

        Raises:
            LogInFailed: the books or the flags forbid it, or the PIN cannot be right.
        """
        stopped = self._books.login_stopped(token.serial)
        if stopped is not None:
            raise LogInFailed("token_stopped", serial=token.serial, said=stopped)
        check_pin(token, self._pin)

    def log_in(self, token: Token, session: Session) -> None:
        """Log in once; what the token said is in the books when this returns or raises.

        Raises:
            RobotError: not logged in; a wrong PIN, and any answer that may hide one, stops the token.
        """
        self.check(token)
        self._books.login_begun(token.serial)
        try:
            session.log_in(self._pin)
        except RobotError as wrong:
            said = f"{wrong.text.key.removeprefix('errors.')} {getattr(wrong, 'code', '')}".rstrip()
            self._books.login_ended(token.serial, None if isinstance(wrong, HARMLESS) else said)
            logger.bind(action="agent.log_in_failed", token=token.serial).warning(str(wrong))
            raise
        self._books.login_ended(token.serial, None)
        logger.bind(action="agent.logged_in", token=token.serial).info("logged in")

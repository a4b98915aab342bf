"""What an agent that signs is joined with: the books, as one run's agent sees them, and a driver's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot import settings
from robot.ledger import Ledger, Signed, TokenStopped, WrongState
from robot.signing.agent.seams import Refusal
from robot.signing.token import Driver

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.signing.agent.calls import CallLog
    from robot.signing.agent.config import AgentConfig
    from robot.signing.agent.seams import Session
    from robot.signing.token import Token


class RunBooks:
    """The books as one run's agent sees them."""

    def __init__(self, config: AgentConfig) -> None:
        self._config = config
        self._ledger = Ledger.open(settings.Ledger(url=config.ledger_url), config.home)

    def run_is_open(self) -> bool:
        """Whether the run has not ended."""
        return self._ledger.run_is_open(self._config.run)

    def login_stopped(self, serial: str) -> str | None:
        """Why nobody may log in to this token."""
        row = self._ledger.token(serial)
        if row is None or row.state == "clear":
            return None
        return row.said or "no answer"

    def login_begun(self, serial: str) -> None:
        """The token is about to be asked."""
        try:
            self._ledger.begin_login(serial, self._config.run)
        except TokenStopped as stopped:
            raise Refusal("pin_blocked", str(stopped)) from stopped

    def login_ended(self, serial: str, stopped: str | None) -> None:
        """What came of it."""
        self._ledger.end_login(serial, stopped)

    def signature(self, run: str, origin: str, token: str, certificate: str, algorithm: str, digest: str) -> None:
        """A signature was made."""
        try:
            self._ledger.count_signature(run, Signed("pkcs11", origin, token, certificate, algorithm, digest))
        except WrongState as ended:
            raise Refusal("not_allowed", "the run has ended") from ended


class DriverSlots:
    """A driver's tokens; each call of a session is written to the log of calls."""

    def __init__(self, driver: Path, calls: CallLog) -> None:
        self._driver = Driver(driver)
        self._calls = calls

    def tokens(self) -> Sequence[Token]:
        """All tokens with their certificates."""
        return self._driver.tokens()

    def open(self, token: Token) -> Session:
        """A session on a token."""
        return self._driver.open(token, lambda call, result: self._calls.write(call, token.serial, result))

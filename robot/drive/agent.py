"""The agent's process, `python -m robot.drive.agent`: the signing room's agent joined with the books. People never start it.

Task and PIN come by the pipe that is its standard input, and that pipe's end is its own. It prints nothing but events.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

from loguru import logger

from robot import logs, settings
from robot.drive.reaping import reap
from robot.ledger import Ledger, Signed, TokenStopped, WrongState
from robot.redaction import Redactor
from robot.signing.agent.calls import CallLog
from robot.signing.agent.config import take_over
from robot.signing.agent.owner import keep_memory_private
from robot.signing.agent.seams import Refusal
from robot.signing.agent.serving import serve
from robot.signing.agent.telling import teller

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from robot.signing.agent.config import AgentConfig
    from robot.signing.agent.seams import Session
    from robot.signing.token import Driver, Token

PIPE = 0


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

    def __init__(self, driver: Driver, calls: CallLog) -> None:
        self._driver = driver
        self._calls = calls

    def tokens(self) -> Sequence[Token]:
        """All tokens with their certificates."""
        return self._driver.tokens()

    def open(self, token: Token) -> Session:
        """A session on a token."""
        return self._driver.open(token, lambda call, result: self._calls.write(call, token.serial, result))


def main() -> NoReturn:
    """Serve one run, then end at once: no driver's own clean-up may hold the process."""
    keep_memory_private()
    tell = teller(os.dup(1))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # drivers talk; this pipe is for events
    status = 1
    try:
        config, pin = take_over(PIPE)
        redactor = Redactor()
        if pin:
            redactor.learn("pin", pin.decode("utf-8", "replace"))
        logs.set_up(redactor, config.home / "logs" / "agent")
        status = _serve(config, pin, tell=tell)
    except EOFError:
        pass  # the robot was gone before it had said anything
    except Exception:  # noqa: BLE001 - the last place: the log has what it was, the robot sees the status
        logger.bind(action="agent.failed").opt(exception=True).error("failed")
    os._exit(status)


def _serve(config: AgentConfig, pin: bytes | None, *, tell: Callable[..., None]) -> int:
    def open_slots() -> DriverSlots:
        from robot.signing.token import Driver  # noqa: PLC0415 - mode vendor needs no driver

        assert config.driver is not None  # noqa: S101 - for the type checker
        return DriverSlots(Driver(config.driver), CallLog(config.call_log, config.run))

    serve(
        config,
        pin,
        lambda: RunBooks(config),
        open_slots if config.driver is not None else None,
        owner=PIPE,
        reap=lambda: reap(config.profile, config.relay),
        tell=tell,
    )
    return 0


if __name__ == "__main__":
    main()

"""The agent's process, `python -m robot.drive.agent`: the signing room's agent joined with the books. People never start it.

Task and PIN come by the pipe that is its standard input, and that pipe's end is its own. It prints nothing but events. It may be
started before there is a task; with the argument `signs` it loads meanwhile what an agent that signs will need.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from loguru import logger

from robot import logs
from robot.drive.reaping import reap
from robot.redaction import Redactor
from robot.signing.agent.calls import CallLog
from robot.signing.agent.client import SIGNS
from robot.signing.agent.config import take_over
from robot.signing.agent.owner import keep_memory_private
from robot.signing.agent.serving import serve
from robot.signing.agent.telling import teller

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.drive.agent_signs import DriverSlots, RunBooks
    from robot.signing.agent.config import AgentConfig

PIPE = 0
LATER = ("robot.drive.agent_signs", "robot.signing.agent.signer")  # of an agent that signs


def main() -> NoReturn:
    """Serve one run, then end at once: no driver's own clean-up may hold the process."""
    keep_memory_private()
    tell = teller(os.dup(1))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # drivers talk; this pipe is for events
    status = 1
    try:
        if SIGNS in sys.argv:
            with contextlib.suppress(ImportError):  # told when it is needed
                list(map(import_module, LATER))
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
    def open_books() -> RunBooks:
        from robot.drive.agent_signs import RunBooks  # noqa: PLC0415 - mode vendor needs neither books nor driver

        return RunBooks(config)

    def open_slots() -> DriverSlots:
        from robot.drive.agent_signs import DriverSlots  # noqa: PLC0415 - the same

        assert config.driver is not None  # noqa: S101 - for the type checker
        return DriverSlots(config.driver, CallLog(config.call_log, config.run))

    serve(
        config,
        pin,
        open_books,
        open_slots if config.driver is not None else None,
        owner=PIPE,
        reap=lambda: reap(config.profile, config.relay),
        tell=tell,
    )
    return 0


if __name__ == "__main__":
    main()

"""A lane's process, `python -m robot.drive.night.lane`: one organisation's session. People never start it.

What to do comes by standard input, what happens goes to standard output, both as lines of JSON (`robot.drive.night.link`).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from robot.drive.ahead import Ahead
from robot.drive.night.link import Link
from robot.drive.night.session import NightSession
from robot.drive.office import Office
from robot.errors import RobotError, VaultClosed
from robot.ledger.why import by_language

if TYPE_CHECKING:
    from types import FrameType

    from robot.drive.night.link import Task


def main() -> int:
    """Run one session to its end; the exit code is its outcome's."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else talks is no event
    link = Link(sys.stdin, events)
    task = link.task()
    if task is None:
        return 0
    try:
        with (
            Office.open(Path(task.settings), lambda: _phrase(task)) as office,
            Ahead(office.settings, task.organisation) as ahead,
        ):
            office.telemetry.within(task.trace)
            session = NightSession(office, task.night, task.organisation, link, ahead, headed=task.headed)
            _hear_signals(session)
            link.listen(session.interrupt)
            session.run()
    except RobotError as wrong:
        _over(link, wrong, type(wrong).__name__)
        return wrong.exit_code
    except Exception as wrong:  # noqa: BLE001 - the last place: the log has what it was
        logger.bind(action="night.lane_failed").opt(exception=True).error("failed")
        _over(link, RobotError("command_failed", why=type(wrong).__name__), type(wrong).__name__)
        return 1
    return 0


def _over(link: Link, wrong: RobotError, name: str) -> None:
    """The last word of a session that could not begin, or ended where nobody expected it."""
    said, told = wrong.text.say(), by_language(wrong.text)
    link.tell("over", run=None, outcome=wrong.outcome, error=name, said=said, told=told, alarms=[])


def _phrase(task: Task) -> str:
    if task.phrase is None:
        raise VaultClosed("vault_needs_unlock", file=task.settings)
    return task.phrase


def _hear_signals(session: NightSession) -> None:
    """A lane that is ended by itself ends as the night would have it; the night's own signals are the night's to hear."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        session.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())

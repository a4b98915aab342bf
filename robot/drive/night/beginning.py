"""A lane's process is begun: one for a session that is wanted, or one ahead, before anybody knows what for.

A process that was begun ahead loads its modules while the night reads the books, the mailboxes and the outbox; it waits for its
task by a pipe, whose end is its own. It knows nothing and holds nothing until then. This module loads nothing else of the robot.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

ENTRANCE: Final = ("-m", "robot.drive.night.lane")


def begin_lane(entrance: tuple[str, ...] = ENTRANCE) -> subprocess.Popen[str]:
    """The process; its task comes by standard input.

    Raises:
        OSError: the system starts none.
    """
    return subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
        [sys.executable, "-P", *entrance],  # -P: a module that lies in the folder it is started in is not ours
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C in the terminal reaches the night alone, which ends its lanes in order
    )


class LaneAhead:
    """One process begun for the first session of a night; ended with the block where none has taken it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):  # the session's own beginning tells
            self._process = begin_lane()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None) -> None:
        process = self.take()
        if process is not None:
            process.kill()  # it has no task, and nothing to put down
            process.communicate()

    def take(self) -> subprocess.Popen[str] | None:
        """It, once; None where it has gone."""
        process, self._process = self._process, None
        if process is not None and process.poll() is not None:
            process.communicate()
            return None
        return process

"""The agent's owner: the process at the other end of the pipe. When it has gone, however it ended, so must the agent."""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING

from robot.signing.agent.config import read_frame

if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_DUMPABLE = 4  # prctl(2)


def wait_for_the_end(fd: int, hear: Callable[[bytes], None]) -> None:
    """Return when the owner has closed its end of the pipe, has died, or talks nonsense; `hear` gets each frame until then."""
    while True:
        try:
            hear(read_frame(fd))
        except (EOFError, ValueError, OSError):
            return


def keep_memory_private() -> None:
    """See that no core file is ever written of this process, and that on Linux no other process of the user reads its memory."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)

"""Who runs a run: a process by its number and its start on one machine; a number alone is given out again."""

from __future__ import annotations

import os
import platform

import psutil

CLOCK_S = 2.0  # how far the system's account of a start may move when its clock is set


def this_process() -> tuple[str, int, float]:
    """Machine, process number, and its start in seconds since 1970."""
    return platform.node(), os.getpid(), psutil.Process().create_time()


def gone(machine: str, process: int, started: float) -> bool:
    """Whether that process has ended; one on another machine cannot be seen from here and counts as alive."""
    if machine != platform.node():
        return False
    try:
        found = psutil.Process(process)
        ended = found.status() == psutil.STATUS_ZOMBIE
        return ended or abs(found.create_time() - started) > CLOCK_S
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:  # somebody else's process: ours had let us look
        return True

"""Who runs a run: a process by its number and its start on one machine; a number alone is given out again."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from pathlib import Path

import psutil

CLOCK_S = 2.0  # how far the system's account of a start may move by itself
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # another one each time that Linux starts


def this_process() -> tuple[str, int, float]:
    """Machine, process number, and its start."""
    return platform.node(), os.getpid(), _start(psutil.Process())


def gone(machine: str, process: int, started: float) -> bool:
    """Whether that process has ended; one on another machine cannot be seen from here and counts as alive."""
    if machine != platform.node():
        return False
    try:
        found = psutil.Process(process)
        ended = found.status() == psutil.STATUS_ZOMBIE
        return ended or abs(_start(found) - started) > CLOCK_S
    except (psutil.NoSuchProcess, OSError):
        return True
    except psutil.AccessDenied:  # somebody else's process: ours had let us look
        return True


def _start(process: psutil.Process) -> float:
    """When a process began, in seconds; only good for being compared.

    A machine's clock may be set while the process lives, and the system's account in seconds since 1970 moves with it. So on
    Linux it is the time since the machine was started (`starttime` in proc_pid_stat(5)), after a number of that start.
    """
    if sys.platform != "linux":
        return process.create_time()
    told = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
    after_the_name = told.rpartition(")")[2].split()
    return _boot() + int(after_the_name[19]) / os.sysconf("SC_CLK_TCK")


@cache
def _boot() -> int:
    return int(BOOT_ID.read_text(encoding="ascii")[:7], 16)

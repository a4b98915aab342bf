"""Waiting in tests: for a condition, with a deadline, never for a time."""

import time
from collections.abc import Callable, Iterable

import psutil


def until(condition: Callable[[], object], what: str, within_s: float = 30) -> None:
    """Return when `condition` holds; fail naming `what` was waited for when it does not within `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {within_s} s in vain: {what}"
        time.sleep(0.02)


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that has ended and only waits to be reaped does not."""
    return [process for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

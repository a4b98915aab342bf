"""Ending what a run has started and can no longer end itself: its browser, the relay, the vendor's host behind it."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

import psutil
from loguru import logger

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS: Final = 3  # a browser that dies may have started one more child meanwhile
ROUND_S: Final = 0.5


def reap(profile: Path, relay: Path) -> None:
    """Kill the browser on `profile`, whatever runs from the folder `relay`, and all their children, as far as they live now.

    What starts after this call is another run's and is left alone.
    """
    before = time.time()
    for _ in range(ROUNDS):
        found = [process for process in _of(str(profile), f"{relay}{os.sep}") if _began(process) <= before]
        if not found:
            return
        logger.bind(action="reap").info("ending {} processes", len(found))
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=ROUND_S)


def _of(profile: str, relay: str) -> list[psutil.Process]:
    """The processes, each parent before its children."""
    argument = f"--user-data-dir={profile}"
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if argument in words or any(word.startswith(relay) for word in words):
                found[process.pid] = process
    for process in list(found.values()):
        with contextlib.suppress(psutil.Error):
            found.update({child.pid: child for child in process.children(recursive=True)})
    return [process for process in found.values() if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _began(process: psutil.Process) -> float:
    try:
        return float(process.create_time())
    except psutil.Error:
        return 0.0

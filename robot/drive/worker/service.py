"""The worker as a service of systemd: the unit that `vss-robot worker --unit` prints."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import TYPE_CHECKING

from robot.drive.schedule.systemd import STOP_MORE_S, exec_lines

if TYPE_CHECKING:
    from pathlib import Path


def unit(settings: Path, grace_s: float, credential: Path | None = None) -> str:
    """The unit, for these settings, with this installation's Python; `credential` is the vault's pass phrase, encrypted."""
    text = files("robot.drive.worker").joinpath("vss-robot-worker.service").read_text(encoding="utf-8")
    command = (sys.executable, "-m", "robot", "worker", "--settings", str(settings.resolve()))
    known = {"EXEC": "\n".join(exec_lines(command, credential)), "GRACE": f"{grace_s + STOP_MORE_S:.0f}"}
    for name, value in known.items():
        text = text.replace(f"@{name}@", value)
    return text

"""The worker as a service of systemd: the unit that `vss-robot worker --unit` prints."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def unit(settings: Path, grace_s: float) -> str:
    """The unit, for these settings, with this installation's Python."""
    text = files("robot.drive.worker").joinpath("vss-robot-worker.service").read_text(encoding="utf-8")
    known = {"PYTHON": sys.executable, "SETTINGS": str(settings.resolve()), "GRACE": f"{grace_s + 60:.0f}"}
    for name, value in known.items():
        text = text.replace(f"@{name}@", value.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"'))
    return text

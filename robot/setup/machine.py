"""The machine that is set up, as a seam: which system, where its files begin, its registry, and who we are on it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from robot.setup.registry import RegProgram

if TYPE_CHECKING:
    from robot.setup.registry import Registry

System = Literal["linux", "macos", "windows"]


@dataclass(frozen=True)
class Machine:
    """`root` is where the system's own absolute paths begin: `/` in earnest, a folder in a test."""

    system: System
    root: Path
    home: Path  # the user's own folder
    registry: Registry | None = None  # Windows only
    environment: dict[str, str] = field(default_factory=dict)  # APPDATA and the like
    administrator: bool = False

    @classmethod
    def here(cls) -> Machine:
        """This machine."""
        if sys.platform == "win32":
            import ctypes  # noqa: PLC0415 - Windows only

            administrator = bool(ctypes.windll.shell32.IsUserAnAdmin())
            root = Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\")
            return cls("windows", root, Path.home(), RegProgram(), dict(os.environ), administrator)
        return cls(
            "macos" if sys.platform == "darwin" else "linux",
            Path("/"),
            Path.home(),
            environment=dict(os.environ),
            administrator=os.geteuid() == 0,
        )

    def path(self, absolute: str) -> Path:
        """One of the system's own places, such as `/etc/chromium`."""
        return self.root / absolute.lstrip("/")

    def own_folder(self, *, everybody: bool) -> Path:
        """Where the robot may keep files on Windows that the registry points to."""
        variable, fallback = (
            ("PROGRAMDATA", self.root / "ProgramData") if everybody else ("LOCALAPPDATA", self.home / "AppData" / "Local")
        )
        return Path(self.environment.get(variable) or fallback) / "vss-robot"

"""A browser's own folder for temporary files: what a killed one has left there is cleared before the next one starts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from robot.errors import BrowserFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.browser.profile import Profile

VARIABLES: Final = ("TMPDIR", "TEMP", "TMP")  # POSIX, Windows
# Playwright's driver keeps its young objects in at most so many MB a half, instead of Node's sixteen: about 20 MB less a browser,
# and no more of the processor's time.
DRIVER_MEMORY: Final = "--max-semi-space-size=4"
NODE_OPTIONS: Final = "NODE_OPTIONS"
# Chrome listens on a socket of this name in there, and a socket's path has at most 103 bytes (macOS; Linux: 107).
SOCKET: Final = "/org.chromium.Chromium.scoped_dir.XXXXXX/SingletonSocket"
LONGEST_BYTES: Final = 103


@dataclass(frozen=True)
class Temporary:
    """The folder of one profile's browser, and of the driver that it is started by."""

    folder: Path

    @classmethod
    def of(cls, profile: Profile) -> Temporary:
        """In the robot's home, beside the profiles; where that path is too long for a socket, in the system's own folder."""
        system = Path(tempfile.gettempdir())  # asked before the variables are changed: Python remembers it
        own = profile.folder.absolute().parent.parent / "temporary" / profile.folder.name
        if sys.platform == "win32" or len(os.fsencode(f"{own}{SOCKET}")) <= LONGEST_BYTES:
            return cls(own)
        return cls(system / f"vss-robot-{hashlib.sha256(os.fsencode(own)).hexdigest()[:12]}")

    def make_ready(self) -> None:
        """Clear what was left, and make the folder, for its owner only.

        Raises:
            BrowserFailed: it cannot be made, or somebody else has made it.
        """
        self.clear()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.folder.lstat()
        except OSError as wrong:
            raise BrowserFailed("browser_failed", why=wrong) from wrong
        if sys.platform != "win32" and (found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode)):
            raise BrowserFailed("browser_failed", why=f"{self.folder} is not ours")

    def clear(self) -> None:
        """Take away what is there: to be called only while no browser of the profile lives."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What leads a process there."""
        return dict.fromkeys(VARIABLES, str(self.folder))

    @contextlib.contextmanager
    def for_children(self) -> Iterator[None]:
        """Within it, processes that are started here are led there: Playwright takes its driver's environment from ours.

        Node's options are set too, where nobody else has.
        """
        before = {name: os.environ.get(name) for name in (*VARIABLES, NODE_OPTIONS)}
        os.environ.update(self.environment())
        os.environ.setdefault(NODE_OPTIONS, DRIVER_MEMORY)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

"""Finding Chrome or Chromium.

Google-branded Chrome has ignored `--load-extension` since version 137 (Chrome's own release notes), so Chromium comes
first here; Chrome serves where the extension is installed by policy or by hand.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from robot.errors import BrowserMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable")
MAC_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
WINDOWS_PLACES = (
    r"Chromium\Application\chrome.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def find_browser(named: Path | None, own: str = "") -> Path:
    """The browser's program: the one `named` in the settings, else Playwright's `own`, else one the system has.

    Raises:
        BrowserMissing: the named one is not there, or none was found.
    """
    if named is not None:
        if not named.is_file():
            raise BrowserMissing("browser_missing", places=named)
        return named
    looked = list(_places(own))
    for place in looked:
        if place.is_file():
            return place
    raise BrowserMissing("browser_missing", places=", ".join(map(str, looked)) or ", ".join(COMMANDS))


def _places(own: str) -> Iterator[Path]:
    if own:
        yield Path(own)
    if sys.platform == "win32":
        roots = [root for name in WINDOWS_ROOTS if (root := os.environ.get(name))]
        yield from (Path(root) / place for place in WINDOWS_PLACES for root in roots)
    elif sys.platform == "darwin":
        yield from map(Path, MAC_PLACES)
    yield from (Path(found) for name in COMMANDS if (found := shutil.which(name)))

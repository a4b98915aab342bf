r"""Long paths: Windows takes more than 260 characters only in the extended form `\\?\C:\…` ("Maximum Path Length")."""

from __future__ import annotations

import sys
from pathlib import Path

PREFIX = "\\\\?\\"
SHARE = "\\\\?\\UNC\\"


def long_path(path: Path) -> Path:
    """The absolute path with links resolved, on Windows in the extended form, which everything below it inherits."""
    resolved = path.expanduser().resolve()
    return Path(lengthened(str(resolved))) if sys.platform == "win32" else resolved


def lengthened(path: str) -> str:
    """An absolute Windows path in the extended form; a share's keeps its server."""
    if path.startswith(PREFIX):
        return path
    return SHARE + path.removeprefix("\\\\") if path.startswith("\\\\") else PREFIX + path


def shown(path: Path | str) -> str:
    """A path as a person writes it, without the extended form."""
    text = str(path)
    return "\\\\" + text.removeprefix(SHARE) if text.startswith(SHARE) else text.removeprefix(PREFIX)

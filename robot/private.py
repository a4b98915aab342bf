"""What the robot makes in its home is for the user whose account it runs under: folders 0700, files 0600, whatever the umask.

On Windows a file has what its folder gives it, and the user's own folders are closed to other users: nothing is done there.
What is there already keeps the permissions that a person may have given it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = 0o700 if os.name == "posix" else 0o777
FILE: Final = 0o600 if os.name == "posix" else 0o666


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing: `Path.mkdir` would give those above what the umask leaves.

    Raises:
        OSError: it cannot be made, or a file has its name.
    """
    for missing in [above for above in reversed(folder.parents) if not above.exists()]:
        missing.mkdir(mode=FOLDER, exist_ok=True)
    folder.mkdir(mode=FOLDER, exist_ok=True)


def make_file(file: Path) -> None:
    """Make an empty file where there is none, for a library that opens files by itself.

    Raises:
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))


def opener(name: str, flags: int) -> int:
    """For `open(…, opener=opener)`: a file that this makes is the user's alone."""
    return os.open(name, flags, FILE)

"""`vss-robot init`."""

from __future__ import annotations

import sys
from pathlib import Path

from robot.errors import UsageError
from robot.settings import FILE_NAME
from robot.settings.describe import sample


def write_sample(folder: Path | None, *, stdout: bool) -> None:
    """Write the commented settings file, never over one that exists.

    Raises:
        UsageError: there is one already, or the folder cannot be written to.
    """
    if stdout:
        sys.stdout.write(sample())
        return
    file = (folder or Path()) / FILE_NAME
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as fresh:
            fresh.write(sample())
    except FileExistsError as exists:
        raise UsageError("file_exists", file=file) from exists
    except OSError as wrong:
        raise UsageError("file_unwritable", file=file, why=wrong.strerror) from wrong
    sys.stdout.write(f"{file}\n")

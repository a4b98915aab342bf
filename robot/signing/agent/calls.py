"""The log of what was asked of tokens (JSON lines): that a log-in was tried and what came of it, never with what PIN."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from robot import private

if TYPE_CHECKING:
    from pathlib import Path


class CallLog:
    """One file for all agents of a robot; a line is written in one go and is on disk before the call follows."""

    def __init__(self, file: Path, run: str) -> None:
        self._file = file
        self._run = run

    def write(self, call: str, serial: str, result: str = "") -> None:
        """Add a line: a call that begins has no result yet."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "run": self._run, "call": call, "token": serial}
        text = json.dumps({**line, "result": result} if result else line, ensure_ascii=False) + "\n"
        private.make_folder(self._file.parent)
        fd = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(fd, text.encode())
            os.fsync(fd)
        finally:
            os.close(fd)

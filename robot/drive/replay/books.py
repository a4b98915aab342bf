"""The books of replays: one file, empty again before each of them, on one engine that keeps what it has made of its statements.

They end with the command: what is written is not waited for until it is on the disk.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

from robot import settings
from robot.ledger import Ledger
from robot.ledger.store import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_BESIDE: Final = ("-wal", "-shm")  # what SQLite has beside a file that is open


class Books:
    """The books in a folder of all replays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / FILE_NAME
        self._kept = folder / f"empty-{FILE_NAME}"
        self._ledger: Ledger | None = None

    def emptied(self) -> Ledger:
        """Books with nothing in them, to be closed before the next ones are asked for."""
        if self._ledger is None:
            self._ledger = Ledger.open(settings.Ledger(), self._folder)
            self._ledger.close()
            self._file.replace(self._kept)
            event.listen(self._ledger.store.engine, "connect", _on_connect)
        for beside in _BESIDE:
            self._file.with_name(f"{FILE_NAME}{beside}").unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._file)
        return self._ledger


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()

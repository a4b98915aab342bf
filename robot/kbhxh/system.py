"""What is asked of the operating system, behind one seam: where programs are, what runs, who holds a file, the event log.

The Windows half (`windows.py`) has been written from Microsoft's documentation and run on no Windows yet; tests put a
double in this seam for it, and run everything else for real.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import psutil

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


class Running(NamedTuple):
    """A process that runs out of a folder."""

    pid: int
    name: str


class System(Protocol):
    """One machine, as far as KBHXH's upgrade asks it."""

    def places(self) -> Iterator[Path]:
        """Folders in which an installation may be; they need not exist."""
        ...

    def running(self, folders: Sequence[Path], names: Collection[str]) -> list[Running]:
        """Processes that run out of one of the folders, or by one of the names where the system hides their file."""
        ...

    def held(self, file: Path) -> bool:
        """Whether another program has the file locked."""
        ...

    def events(self) -> bytes:
        """The event log's records of programs that crashed, as `wevtutil` prints them; empty where there is no such log."""
        ...

    def windows(self, pid: int) -> list[str]:
        """Titles and texts of the windows of a process; empty where the system does not tell."""
        ...

    def free(self, folder: Path) -> int:
        """Bytes that may still be written below the folder."""
        ...


class ThisSystem:
    """The machine that the robot runs on."""

    def places(self) -> Iterator[Path]:
        """The registry's, then the usual ones; elsewhere than on Windows those of Wine."""
        if sys.platform == "win32":
            from robot.kbhxh import windows  # noqa: PLC0415 - this system only

            yield from windows.places()
            return
        prefix = Path(os.environ.get("WINEPREFIX") or Path.home() / ".wine")
        for programs in ("Program Files (x86)", "Program Files"):
            yield prefix / "drive_c" / programs / "TSD"

    def running(self, folders: Sequence[Path], names: Collection[str]) -> list[Running]:
        """By the program's file or the script it was started with; this process and those that started it are not meant."""
        wanted = [_comparable(folder) + os.sep for folder in folders]
        known = {name.casefold() for name in names}
        ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
        found: list[Running] = []
        for process in psutil.process_iter(["name", "exe", "cmdline"]):
            seen = process.info
            said = (seen["exe"], *(seen["cmdline"] or ())[:2])
            files = [_comparable(Path(part)) for part in said if part and Path(part).is_absolute()]
            here = any(file.startswith(folder) for file in files for folder in wanted)
            named = not seen["exe"] and (seen["name"] or "").casefold() in known
            if process.pid not in ours and (here or named):
                found.append(Running(process.pid, seen["name"] or "?"))
        return found

    def held(self, file: Path) -> bool:
        """A lock in the way of reading; a file that cannot be opened at all is an OSError of the copy, not a lock."""
        if sys.platform == "win32":
            from robot.kbhxh import windows  # noqa: PLC0415 - this system only

            return windows.held(file)
        import fcntl  # noqa: PLC0415 - this system only

        with file.open("rb") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
                fcntl.lockf(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:  # a file system without locks: nobody can hold one
                return False
        return False

    def events(self) -> bytes:
        """What `wevtutil` prints; empty elsewhere than on Windows."""
        if sys.platform == "win32":
            from robot.kbhxh import windows  # noqa: PLC0415 - this system only

            return windows.events()
        return b""

    def windows(self, pid: int) -> list[str]:
        """Titles and texts; empty elsewhere than on Windows."""
        if sys.platform == "win32":
            from robot.kbhxh import windows  # noqa: PLC0415 - this system only

            return windows.texts(pid)
        return []

    def free(self, folder: Path) -> int:
        """What the file system says is free for this user."""
        return shutil.disk_usage(folder).free


def _comparable(path: Path) -> str:
    """Links resolved, in one case where the system knows no cases."""
    return os.path.normcase(os.path.realpath(path)).removeprefix("\\\\?\\")

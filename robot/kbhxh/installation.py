r"""An installation of KBHXH: a folder with its program and its folders `Data` and `Config`, and how one is found.

Usual place on Windows: under `Program Files (x86)\TSD\KBHXH`. The program's file name is not known for sure: any `.exe`
whose name holds KBHXH counts.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.kbhxh.long import long_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from robot.kbhxh.system import System

CARRIED: Final = ("Data", "Config")  # the folders that an upgrade carries over
FIXED_INFO: Final = b"\xbd\x04\xef\xfe\x00\x00\x01\x00"  # VS_FIXEDFILEINFO: signature and version of the structure (winver.h)


@dataclass(frozen=True)
class Installation:
    """A folder that holds KBHXH; `program` and `version` are None where they are not to be seen."""

    folder: Path
    program: Path | None
    version: str | None
    has: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether there is everything that an upgrade carries over."""
        return self.has == CARRIED


def recognise(folder: Path) -> Installation | None:
    """The installation in this very folder; None where there is none, or the folder may not be read."""
    try:
        programs = sorted(
            path for path in folder.iterdir() if path.suffix.casefold() == ".exe" and "kbhxh" in path.stem.casefold()
        )
        has = tuple(name for name in CARRIED if (folder / name).is_dir())
    except OSError:
        return None
    program = min(programs, key=lambda path: len(path.name), default=None)
    if program is None and has != CARRIED:
        return None
    return Installation(folder, program, file_version(program) if program else None, has)


def find_installations(system: System, folders: Iterable[Path] = ()) -> list[Installation]:
    """Those in the system's places and in `folders`, themselves or one or two folders below, each once."""
    found: dict[Path, Installation] = {}
    for place in (*folders, *system.places()):
        for candidate in _candidates(long_path(place)):
            if candidate not in found and (known := recognise(candidate)):
                found[candidate] = known
    return list(found.values())


def _candidates(place: Path, depth: int = 2) -> Iterator[Path]:
    yield place
    if depth and recognise(place) is None:
        try:
            below = sorted(path for path in place.iterdir() if path.is_dir())
        except OSError:
            return
        for folder in below:
            yield from _candidates(folder, depth - 1)


def file_version(program: Path) -> str | None:
    """The file version that a Windows program carries in its VS_FIXEDFILEINFO, such as 4.0.2.1; None where it has none."""
    try:
        with program.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            at = content.find(FIXED_INFO)
            if at < 0:
                return None
            minor, major, private, build = struct.unpack("<4H", content[at + 8 : at + 16])
    except (OSError, ValueError, struct.error):  # unreadable, empty, cut off
        return None
    return f"{major}.{minor}.{build}.{private}"

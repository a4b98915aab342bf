"""What must hold before anything is changed: two installations apart, nothing running, nothing locked, and room."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from robot.errors import FolderUnusable
from robot.kbhxh.installation import CARRIED, Installation, recognise
from robot.kbhxh.long import shown
from robot.kbhxh.survey import files, is_link, source_of, status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from robot.kbhxh.record import Record
    from robot.kbhxh.survey import Entry
    from robot.kbhxh.system import System

RESERVE: Final = 64 << 20  # bytes left free for the system and for the journal
MB: Final = 1_000_000


def old_installation(folder: Path) -> Installation:
    """The old installation.

    Raises:
        FolderUnusable: it is not there, or lacks a folder that an upgrade carries over.
    """
    if not folder.is_dir():
        raise FolderUnusable("kbhxh_absent", folder=shown(folder))
    found = recognise(folder)
    if found is None or not found.complete:
        lacking = ", ".join(name for name in CARRIED if found is None or name not in found.has)
        raise FolderUnusable("kbhxh_incomplete", folder=shown(folder), lacking=lacking)
    return found


def new_installation(folder: Path) -> Installation:
    """The new installation.

    Raises:
        FolderUnusable: it is not there, is no installation, or leads elsewhere by a link.
    """
    if not folder.is_dir():
        raise FolderUnusable("kbhxh_new_absent", folder=shown(folder))
    found = recognise(folder)
    if found is None and not any((folder / name).is_dir() for name in CARRIED):
        raise FolderUnusable("kbhxh_not_installation", folder=shown(folder))
    return found or Installation(folder, None, None, ())


def apart(old: Path, new: Path) -> None:
    """Neither folder lies in the other, nor in what the other's links lead to.

    Raises:
        FolderUnusable: they do.
    """
    ours = [old, *(source_of(old, name) for name in CARRIED)]
    theirs = [new, *((new / name).resolve() for name in CARRIED)]
    for one in ours:
        for other in theirs:
            if one.is_relative_to(other) or other.is_relative_to(one):
                raise FolderUnusable("kbhxh_nested", old=shown(old), new=shown(new))


def nothing_runs(installations: Iterable[Installation], system: System) -> None:
    """No process of either installation is at work.

    Raises:
        FolderUnusable: one is; the sentence names it.
    """
    known = list(installations)
    names = {one.program.name for one in known if one.program}
    found = system.running([one.folder for one in known], names)
    if found:
        raise FolderUnusable("kbhxh_runs", programs=", ".join(f"{one.name} ({one.pid})" for one in found))


def nothing_held(old: Path, new: Path, entries: Sequence[Entry], system: System) -> None:
    """Nobody holds a lock on a file that is to be read, or on one whose place is to be taken.

    Raises:
        FolderUnusable: somebody does, or a file cannot be opened.
    """
    sources = ((entry, source_of(old, entry.path)) for entry in files(entries))
    places = ((entry, new / entry.path) for entry in files(entries) if status(new / entry.path) is not None)
    for entry, file in chain(sources, places):
        try:
            held = system.held(file)
        except OSError as wrong:
            raise FolderUnusable("kbhxh_unreadable", file=entry.path, why=wrong.strerror or wrong) from wrong
        if held:
            raise FolderUnusable("kbhxh_locked", file=shown(file))


def room(new: Path, entries: Iterable[Entry], system: System) -> None:
    """There is room for what is still to be copied; what stood there before is moved, and so takes none.

    Raises:
        FolderUnusable: there is not.
    """
    needed = sum(entry.size for entry in entries)
    free = system.free(new)
    if needed and needed + RESERVE > free:
        raise FolderUnusable("kbhxh_no_room", needed_mb=-(-(needed + RESERVE) // MB), free_mb=free // MB, folder=shown(new))


def still_inside(new: Path, record: Record, entries: Iterable[Entry]) -> None:
    """No folder on the way to an entry's place, or to the record, has become a link since.

    Raises:
        FolderUnusable: one has.
    """
    folders = [record.folder.parent, record.folder, *(new / entry.path for entry in entries if entry.kind == "folder")]
    for folder in folders:
        found = status(folder)
        if found is not None and is_link(found):
            raise FolderUnusable("kbhxh_link_in_new", path=folder.relative_to(new), folder=shown(new))

"""What is to be carried over: every folder, file and link below `Data` and `Config`, seen without following a link."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from robot.errors import FolderUnusable
from robot.kbhxh.installation import CARRIED
from robot.kbhxh.long import PREFIX, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", 0xA0000003)


@dataclass(frozen=True)
class Entry:
    """One thing below the old folder: `path` with `/`, size in bytes, change in nanoseconds since 1970.

    `target` is a link's, relative; `existed` tells whether the new folder held the same path before anything was copied.
    """

    path: str
    kind: Literal["folder", "file", "link"]
    size: int = 0
    changed_ns: int = 0
    mode: int = 0
    target: str = ""
    existed: bool = False


@dataclass(frozen=True)
class Survey:
    """Everything to carry over, folders before what is in them, and the links that lead out of their folder."""

    entries: tuple[Entry, ...]
    outside: tuple[str, ...]


def survey(old: Path) -> Survey:
    """Look through the old installation's folders; a folder that is itself a link (data kept on another drive) is looked into.

    Raises:
        FolderUnusable: something cannot be read, or is neither folder, file nor link.
    """
    entries: list[Entry] = []
    outside: list[str] = []
    for name in CARRIED:
        root = (old / name).resolve()
        for entry in _walk(root, name):
            if entry.kind == "link" and not entry.target:
                outside.append(entry.path)
            else:
                entries.append(entry)
    return Survey(tuple(entries), tuple(outside))


def source_of(old: Path, path: str) -> Path:
    """Where an entry's path is in the old installation."""
    name, _, rest = path.partition("/")
    return (old / name).resolve() / rest


def met(entries: Iterable[Entry], new: Path) -> tuple[Entry, ...]:
    """The entries with what stands in their way in the new folder: a folder for a file, a link for anything.

    Raises:
        FolderUnusable: the new folder's own structure does not take them, so that copying would destroy or leave it.
    """
    found = []
    for entry in entries:
        there = status(new / entry.path)
        if there is not None:
            same_link = entry.kind == "link" and is_link(there) and link_text(new / entry.path) == entry.target
            if is_link(there) and not same_link:
                raise FolderUnusable("kbhxh_link_in_new", path=entry.path, folder=shown(new))
            if stat.S_ISDIR(there.st_mode) != (entry.kind == "folder") and not same_link:
                raise FolderUnusable("kbhxh_other_kind", path=entry.path, folder=shown(new))
        found.append(replace(entry, existed=there is not None))
    return tuple(found)


def files(entries: Sequence[Entry]) -> list[Entry]:
    """Only the files."""
    return [entry for entry in entries if entry.kind == "file"]


def status(path: Path) -> os.stat_result | None:
    """What is there itself, links not followed; None where nothing is."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_link(found: os.stat_result) -> bool:
    """A symbolic link, or Windows' junction."""
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == JUNCTION


def link_text(link: Path) -> str:
    """What the link says, without the extended form that Windows puts before a junction's."""
    return str(link.readlink()).removeprefix(PREFIX)


def _walk(root: Path, name: str) -> Iterator[Entry]:
    """Everything below `root`, called `name`; by a list of what is still to do, since folders may be nested a thousand deep."""
    waiting = [(root, name)]
    while waiting:
        folder, path = waiting.pop()
        yield _entry(folder, path, root)
        try:
            below = sorted(os.listdir(folder))  # noqa: PTH208 - names alone: Path objects for 100,000 of them cost seconds
        except OSError as wrong:
            raise FolderUnusable("kbhxh_unreadable", file=path, why=wrong.strerror or wrong) from wrong
        for inner in below:
            entry = _entry(folder / inner, f"{path}/{inner}", root)
            if entry.kind == "folder":
                waiting.append((folder / inner, entry.path))
            else:
                yield entry


def _entry(one: Path, path: str, root: Path) -> Entry:
    try:
        found = one.lstat()
        if is_link(found):
            return Entry(path, "link", target=_target(one, root))
    except OSError as wrong:
        raise FolderUnusable("kbhxh_unreadable", file=path, why=wrong.strerror or wrong) from wrong
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISDIR(found.st_mode):
        return Entry(path, "folder", 0, found.st_mtime_ns, mode)
    if not stat.S_ISREG(found.st_mode):
        raise FolderUnusable("kbhxh_special", file=path)
    return Entry(path, "file", found.st_size, found.st_mtime_ns, mode)


def _target(link: Path, root: Path) -> str:
    """The link's target relative to the link's folder; empty where it leads out of `root`, by its words or by its steps."""
    said = os.path.normpath(link.parent / link_text(link))
    steps = os.path.realpath(link)
    if not all(Path(end).is_relative_to(root) for end in (said, steps)):
        return ""
    return os.path.relpath(said, link.parent)

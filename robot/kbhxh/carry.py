"""Carrying entries over: each file appears in its place whole or not at all, and what stood there is moved aside first."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from typing import TYPE_CHECKING, Final

from robot.errors import UpgradeStopped
from robot.kbhxh.survey import source_of, status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from robot.kbhxh.record import Journal, Record
    from robot.kbhxh.survey import Entry

BLOCK: Final = 1 << 20
ZEROS: Final = bytes(BLOCK)


def sum_of(file: Path, tick: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of a file's bytes; `tick` hears of the bytes as they are read."""
    digest = hashlib.sha256()
    with file.open("rb", buffering=0) as reading:
        while block := reading.read(BLOCK):
            digest.update(block)
            tick(len(block))
    return digest.hexdigest()


class Carrier:
    """Carries the entries of one plan from the old installation into the new one; may begin again at any point."""

    def __init__(self, old: Path, new: Path, record: Record, journal: Journal, tick: Callable[[int], None]) -> None:
        self._old, self._new, self._record, self._journal, self._tick = old, new, record, journal, tick
        self.sums = record.copied()
        self.resumed = 0
        self.aside = 0

    def carry(self, entry: Entry) -> None:
        """Bring one entry to its place; one that is there already is only looked at.

        Raises:
            UpgradeStopped: the source is not what the plan says.
            OSError: reading or writing failed.
        """
        place = self._new / entry.path
        if entry.kind == "folder":
            place.mkdir(exist_ok=True)
        elif entry.kind == "link":
            if status(place) is None:
                target = source_of(self._old, entry.path)
                place.symlink_to(entry.target, target_is_directory=target.is_dir())
            self._done(entry, entry.target)
        elif not self._there(entry, place):
            kept = self._copy(entry)
            if status(place) is not None:
                self._set_aside(entry, place)
            self._record.part.replace(place)
            self._done(entry, kept)

    def dress(self, entry: Entry) -> None:
        """Give a folder its mode and time, once nothing is put into it any more; its owner may always write into it."""
        place = self._new / entry.path
        place.chmod(entry.mode | stat.S_IRWXU)
        os.utime(place, ns=(entry.changed_ns, entry.changed_ns))

    def _there(self, entry: Entry, place: Path) -> bool:
        """Whether the very file is in its place; only a file that cannot be the installation's own is taken for ours."""
        found = status(place)
        ours = not entry.existed or os.path.lexists(self._record.aside(entry.path, original=True))
        if found is None or not ours or not stat.S_ISREG(found.st_mode) or found.st_size != entry.size:
            return False
        known = self.sums.get(entry.path)
        wanted = known or sum_of(source_of(self._old, entry.path))
        if sum_of(place) != wanted:
            return False
        self.resumed += 1
        self._tick(entry.size)
        if known is None:  # killed between the renaming and the journal
            self._done(entry, wanted)
        return True

    def _copy(self, entry: Entry) -> str:
        """Into the part file, with time and mode; the sum of what was read. Blocks of zeros become holes where they can."""
        source, part = source_of(self._old, entry.path), self._record.part
        if status(part) is not None:
            part.chmod(stat.S_IRUSR | stat.S_IWUSR)
            part.unlink()
        digest = hashlib.sha256()
        with source.open("rb", buffering=0) as reading, part.open("wb") as writing:
            self._same(entry, os.fstat(reading.fileno()))
            while block := reading.read(BLOCK):
                digest.update(block)
                if block == ZEROS:
                    writing.seek(BLOCK, os.SEEK_CUR)
                else:
                    writing.write(block)
                self._tick(len(block))
            writing.truncate()
            self._same(entry, os.fstat(reading.fileno()))
            if sys.platform == "win32":  # elsewhere one call brings all of it to the disk at the end
                writing.flush()
                os.fsync(writing.fileno())
        os.utime(part, ns=(entry.changed_ns, entry.changed_ns))
        part.chmod(entry.mode)
        return digest.hexdigest()

    def _same(self, entry: Entry, found: os.stat_result) -> None:
        if (found.st_size, found.st_mtime_ns) != (entry.size, entry.changed_ns):
            raise UpgradeStopped("kbhxh_old_changed", file=entry.path)

    def _set_aside(self, entry: Entry, place: Path) -> None:
        kept = self._record.aside(entry.path, original=True)
        if not entry.existed or os.path.lexists(kept):
            kept = self._record.aside(entry.path, original=False)
        kept.parent.mkdir(parents=True, exist_ok=True)
        place.replace(kept)
        self.aside += 1

    def _done(self, entry: Entry, kept: str) -> None:
        if self.sums.get(entry.path) != kept:
            self._journal.add(entry.path, kept)
            self.sums[entry.path] = kept

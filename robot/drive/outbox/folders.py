"""The outbox on disk: moves that are whole or have not been, put no file over another, and take nothing away.

A file that was claimed lies alone in a folder of its own (`.claimed/ID/NAME`), and that folder is what moves on, by one rename:
to `refused/ID` with the reasons beside it, to `archive/YYYY-MM/ID`, or to `.waiting/ID` until a person has answered for it. So
names never clash and no move is half done. Where a rename is impossible because the target is on another disk, a copy is made
whole first, then put in place, then the source goes; whoever comes next finishes what was broken off in between.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from robot import private
from robot.clock import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Iterator

CLAIMED, WAITING, REFUSED, ARCHIVE = ".claimed", ".waiting", "refused", "archive"
REASONS: Final = ("faults.txt", "faults.json")
PASSED_OVER: Final = ("thumbs.db", "desktop.ini")  # by names that no person gave
UNFINISHED: Final = (".tmp", ".part", ".partial", ".crdownload", ".filepart")  # written by a copying program
_CARRIED: Final = ".vss-claimed"  # a file on another disk that is claimed and not copied yet: `.vss-claimed~ID~NAME`


@dataclass(frozen=True)
class Folders:
    """One organisation's part of the outbox."""

    root: Path

    def make(self) -> None:
        """Make the folders, for their owner's eyes only where they are new."""
        for name in (CLAIMED, WAITING, REFUSED, ARCHIVE):
            private.make_folder(self.root / name)

    def loose(self) -> Iterator[Path]:
        """The files that people have put here, also in folders of their own; what is still being copied by its name is not."""
        for file in self._walk():
            known = file.name.lower()
            passed_over = known.startswith((".", "~")) or known in PASSED_OVER or known.endswith(UNFINISHED)
            if not passed_over and file.is_file() and not file.is_symlink():
                yield file

    def claimed(self) -> Iterator[Path]:
        """The claimed files; a folder that was made for one and holds none is taken away."""
        return self._lying(CLAIMED)

    def waiting(self) -> Iterator[Path]:
        """The files that wait for a person's word."""
        return self._lying(WAITING)

    def _lying(self, place: str) -> Iterator[Path]:
        for folder in sorted((self.root / place).iterdir()):
            file = held(folder) if not folder.name.startswith(".") else None  # such a one is a copy that is being made
            if file is not None:
                yield file
            else:
                with contextlib.suppress(OSError):  # a copy that was broken off lies in it, or somebody else's is just coming
                    folder.rmdir()

    def claim(self, file: Path, round_number: int) -> Path:
        """Take a file for this process: it lies in a folder of its own afterwards, and nobody else can take it.

        That folder's name keeps the round, which the folder that the file lay in may have named.

        Raises:
            OSError: somebody else has taken it, or has it open, or the disk does not let us.
        """
        folder = self._own_folder(f"{datetime.now(VIETNAM):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}-dot{round_number:02d}")
        target = folder / clean_name(file.name)
        try:
            try:
                file.rename(target)
            except OSError as wrong:
                if wrong.errno != errno.EXDEV:
                    raise
                own = file.with_name(f"{_CARRIED}~{folder.name}~{file.name}")
                file.rename(own)
                _carry(own, target)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
            raise
        _settled(folder, file.parent)
        return target

    def finish(self) -> None:
        """Finish claims from another disk that were broken off: the file is copied whole, then the one that was there goes."""
        for file in self._walk():
            if file.name.startswith(f"{_CARRIED}~"):
                _, name_of_folder, name = file.name.split("~", 2)
                folder = self._own_folder(name_of_folder)
                _carry(file, folder / clean_name(name))

    def put_by(self, file: Path) -> Path:
        """Put a claimed file where files wait for a person's word."""
        if self.root / WAITING in file.parents:
            return file
        return move_folder(file.parent, self.root / WAITING / file.parent.name) / file.name

    def refuse(self, file: Path, reasons: dict[str, str]) -> Path:
        """Put a file into the refused folder with the reasons (text by file name) beside it; both arrive at once."""
        for name, text in reasons.items():
            draft = file.parent / f".{name}.tmp"
            with open(draft, "w", encoding="utf-8", opener=private.opener) as written:
                written.write(text)
            draft.replace(file.parent / name)
        return move_folder(file.parent, self.root / REFUSED / file.parent.name) / file.name

    def archive(self, file: Path, month: str) -> Path:
        """Put a file into the archive of a month (`2026-11`)."""
        return move_folder(file.parent, self.root / ARCHIVE / month / file.parent.name) / file.name

    def whereabouts(self, file: Path) -> Path | None:
        """Where a file that was claimed lies now, when it is not where the books have it; None where it is nowhere."""
        if file.is_file():
            return file
        name = file.parent.name
        places = (
            *(self.root / place / name for place in (CLAIMED, WAITING, REFUSED)),
            *sorted((self.root / ARCHIVE).glob(f"*/{name}")),
        )
        return next((found for place in places if (found := held(place)) is not None), None)

    def _walk(self) -> Iterator[Path]:
        """Every file outside of our own folders and hidden ones; links to folders are not followed."""
        for folder, inner, files in os.walk(self.root):
            ours = {REFUSED, ARCHIVE} if Path(folder) == self.root else set()
            inner[:] = sorted(name for name in inner if name not in ours and not name.startswith("."))
            yield from (Path(folder, name) for name in sorted(files))

    def _own_folder(self, name: str) -> Path:
        folder = self.root / CLAIMED / name
        private.make_folder(folder)
        return folder


def held(folder: Path) -> Path | None:
    """The dossier in a folder of its own; copies that were broken off and reasons are none."""
    if not folder.is_dir():
        return None
    return next((file for file in sorted(folder.iterdir()) if file.name not in REASONS and not file.name.startswith(".")), None)


def clean_name(name: str) -> str:
    """A file's name as the portal and mails write it: NFC, fit for UTF-8, no control characters; never that of the reasons."""
    known = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    line = "".join(letter if letter.isprintable() else "_" for letter in unicodedata.normalize("NFC", known))
    return f"_{line}" if line in REASONS or line.startswith(".") else line


def move_folder(source: Path, target: Path) -> Path:
    """Move a folder to a place of its own name, to another disk if need be; a move that was broken off is finished.

    Raises:
        OSError: the disk does not let us; everything is still at the source.
    """
    private.make_folder(target.parent)
    try:
        source.rename(target)
    except OSError as wrong:
        if target.is_dir() and _same(source, target):  # copied whole before, by whoever was stopped then
            shutil.rmtree(source)
        elif wrong.errno == errno.EXDEV:
            draft = target.with_name(f".{target.name}.part")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(source, draft)
            for file in draft.iterdir():
                _to_disk(file)
            draft.rename(target)
            _settled(target.parent)
            shutil.rmtree(source)
        else:
            raise
    _settled(target.parent, source.parent)
    return target


def _carry(own: Path, target: Path) -> None:
    """Copy a file of ours from another disk, whole before it has its name, and only then let go of the first one."""
    if not (target.is_file() and _digest(own) == _digest(target)):
        draft = target.with_name(f".{os.getpid()}.part")
        shutil.copy2(own, draft)
        _to_disk(draft)
        draft.replace(target)
        _settled(target.parent)
    own.unlink(missing_ok=True)


def _same(source: Path, target: Path) -> bool:
    return all((target / file.name).is_file() and _digest(file) == _digest(target / file.name) for file in source.iterdir())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _settled(*folders: Path) -> None:
    """The names in these folders survive a power cut, where the system lets a folder be flushed at all."""
    if sys.platform == "win32":
        return
    for folder in folders:
        with contextlib.suppress(OSError):  # network file systems may not
            number = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)

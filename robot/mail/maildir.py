"""A Maildir folder on this machine (files in `new` and `cur`); nothing is moved or marked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from robot.errors import MailUnavailable
from robot.mail.letter import LARGEST_BYTES, Letter, read_letter

if TYPE_CHECKING:
    from pathlib import Path


class MaildirMailbox:
    """Letters as files; a letter's time is its file's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def letters(self, since: datetime) -> list[Letter]:
        """See `Mailbox.letters`."""
        since = since.replace(microsecond=0)
        found: dict[str, tuple[datetime, Path]] = {}
        try:
            for part in ("new", "cur"):
                for path in (self._folder / part).iterdir():
                    if path.name.startswith("."):
                        continue
                    received = _time_of(path)
                    if received is not None and received >= since:
                        # Read by a person between the two listings, it is there twice; what follows the colon differs.
                        found[path.name.partition(":")[0]] = (received, path)
        except OSError as wrong:
            raise MailUnavailable("maildir_unreadable", folder=self._folder, why=wrong) from wrong
        letters = (_letter(path, received) for received, path in sorted(found.values()))
        return [letter for letter in letters if letter is not None]


def _time_of(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # moved from new to cur meanwhile
        return None


def _letter(path: Path, received: datetime) -> Letter | None:
    try:
        with path.open("rb") as file:
            return read_letter(file.read(LARGEST_BYTES + 1), received)
    except FileNotFoundError:  # the same: the next look finds it
        return None
    except OSError as wrong:
        raise MailUnavailable("maildir_unreadable", folder=path.parent, why=wrong) from wrong

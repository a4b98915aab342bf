"""The post of a replay: each recorded letter is in the mailbox from the step on in which it was first read."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from robot.recording.letters import rewritten

if TYPE_CHECKING:
    from pathlib import Path

    from robot.recording.binding import Binding
    from robot.recording.reading import Loaded


class RecordedPost:
    """The letters of one recording, delivered into a Maildir."""

    def __init__(self, loaded: Loaded, binding: Binding, maildir: Path) -> None:
        self._loaded = loaded
        self._binding = binding
        self._maildir = maildir
        self._delivered = 0

    def deliver(self, step: int) -> None:
        """Deliver what had come by this step; a letter's time is now, and a later one's is later."""
        mails = self._loaded.recording.mails
        while self._delivered < len(mails) and mails[self._delivered].step <= step:
            written = (self._loaded.folder / mails[self._delivered].file).read_bytes()
            file = self._maildir / "new" / f"{self._delivered:04d}.recorded"
            file.write_bytes(rewritten(written, self._binding.fill))
            arrived = time.time_ns() + self._delivered
            os.utime(file, ns=(arrived, arrived))
            self._delivered += 1

"""Reading a transcript: for the command, for the diagnosis, for whoever tells a person what is waited for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from robot.signing.relay.transcript import FROM, TO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class VendorExit:
    """How the vendor's host ended: the code of `exits.meaning` with its detail, and how many requests it left unanswered."""

    status: int
    meaning: str
    detail: str
    unanswered: int
    stderr: str


def read(file: Path) -> list[dict[str, Any]]:
    """The transcript's lines in order; a file that is not there has none, and a line cut off by a kill is left out."""
    if not file.is_file():
        return []
    return _entries(file.read_text(encoding="utf-8", errors="replace"))


def since(entries: list[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """The lines written within the last so many seconds."""
    begin = datetime.now(UTC) - timedelta(seconds=seconds)
    return [entry for entry in entries if datetime.fromisoformat(entry["at"]) >= begin]


def last_exit(entries: list[dict[str, Any]]) -> VendorExit | None:
    """How the vendor's host ended the last time, in mode vendor; None where none has."""
    for entry in reversed(entries):
        if entry.get("event") == "vendor_exited":
            return VendorExit(*(entry[name] for name in ("status", "meaning", "detail", "unanswered", "stderr")))
    return None


class Talk:
    """Who owes whom an answer, as far as the lines heard so far tell."""

    def __init__(self) -> None:
        self._open: dict[int, list[str]] = {}
        self.answered_last = False
        """Whether the last thing that went through the relay was an answer of the host's, and not a request."""

    def hear(self, entries: Iterable[dict[str, Any]]) -> None:
        """The next lines."""
        for entry in entries:
            if entry.get("event") == "started":
                self._open.clear()  # a relay that was killed could not say that it ended
            relay, direction = entry.get("relay", 0), entry.get("direction")
            if direction == FROM:
                self._open.setdefault(relay, []).append(str(entry.get("kind")))
            elif direction == TO and self._open.get(relay):
                self._open[relay].pop(0)
            elif entry.get("event") == "ended":
                self._open.pop(relay, None)
            self.answered_last = direction == TO if direction in {FROM, TO} else self.answered_last

    @property
    def awaited(self) -> str | None:
        """The request that a living host still owes an answer to: `CERT` or `SIGN` means that a person sits before a window."""
        return next((waiting[0] for waiting in self._open.values() if waiting), None)


class Follow:
    """A transcript read on and on: each look gives the whole lines that came since the last one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def new(self) -> list[dict[str, Any]]:
        """The lines since the last look."""
        try:
            with self._file.open("rb") as transcript:
                transcript.seek(self._read)
                data = transcript.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        return _entries(whole.decode("utf-8", errors="replace"))


def awaited(entries: Iterable[dict[str, Any]]) -> str | None:
    """The request that a living host still owes an answer to; see `Talk.awaited`."""
    talk = Talk()
    talk.hear(entries)
    return talk.awaited


def _entries(text: str) -> list[dict[str, Any]]:
    entries = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries

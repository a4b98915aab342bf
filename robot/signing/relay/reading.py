"""Reading a transcript: for the command, for the diagnosis, for whoever tells a person what is waited for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from robot.signing.relay.transcript import FROM, TO

if TYPE_CHECKING:
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
    entries = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


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


def awaited(entries: list[dict[str, Any]]) -> str | None:
    """The request that a living host still owes an answer to: `CERT` or `SIGN` means that a person sits before a window."""
    open_requests: dict[int, list[str]] = {}
    for entry in entries:
        if entry.get("event") == "started":
            open_requests.clear()  # a relay that was killed could not say that it ended
        waiting = open_requests.setdefault(entry.get("relay", 0), [])
        if entry.get("direction") == FROM:
            waiting.append(str(entry.get("kind")))
        elif entry.get("direction") == TO and waiting:
            waiting.pop(0)
        elif entry.get("event") == "ended":
            waiting.clear()
    return next((waiting[0] for waiting in open_requests.values() if waiting), None)


def answered_last(entries: list[dict[str, Any]]) -> bool:
    """Whether the last thing that went through the relay was an answer of the host's, and not a request."""
    last = next((entry["direction"] for entry in reversed(entries) if entry.get("direction") in {FROM, TO}), None)
    return last == TO

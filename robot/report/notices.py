"""What page, network and native host have said that may matter: script errors, failed requests, how the host ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from robot.clock import shown
from robot.report.said import Said
from robot.signing.relay import last_exit
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

LOUD = ("error", "script_error", "warning")
REFUSED_FROM = 400  # HTTP's errors begin here
MOST = 12


@dataclass(frozen=True)
class Notice:
    """One thing that was said: when (local time, empty where not known), by whom (`console`, `network`, `host`), what."""

    at: str
    source: str
    said: Said


def lines(data: bytes) -> list[dict[str, Any]]:
    """The lines of a JSON lines file; one cut off by a kill is left out."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines():
        try:
            note = json.loads(line)
        except ValueError:
            continue
        if isinstance(note, dict):
            found.append(note)
    return found


def notices(files: Mapping[str, bytes]) -> list[Notice]:
    """The last of them, in the order of time; how the host ended comes last."""
    told = [
        (note.get("at", ""), "console", str(note.get("text", "")))
        for note in lines(files.get("console.jsonl", b""))
        if note.get("kind") in LOUD
    ]
    told += [(note.get("at", ""), "network", _answer(note)) for note in lines(files.get("network.jsonl", b"")) if _failed(note)]
    found = [Notice(time_of_day(at), source, Said.same(said)) for at, source, said in sorted(told)[-MOST:]]
    ended = last_exit(lines(files.get("transcript.jsonl", b"")))
    if ended is not None:
        meaning = Text(f"exits.{ended.meaning}", {"detail": ended.detail})
        fills = {"meaning": meaning, "status": ended.status, "unanswered": ended.unanswered}
        found.append(Notice("", "host", Said.of(Text("transcript.vendor_exited", fills))))
        if ended.stderr.strip():
            found.append(Notice("", "host", Said.same(ended.stderr.strip())))
    return found


def _failed(note: Mapping[str, Any]) -> bool:
    status = note.get("status")
    return "failure" in note or (isinstance(status, int) and status >= REFUSED_FROM)


def _answer(note: Mapping[str, Any]) -> str:
    return f"{note.get('method', '')} {note.get('address', '')}: {note.get('failure') or note.get('status')}"


def time_of_day(at: str) -> str:
    """When a line was written, as the time of day in Vietnam; empty where the line does not say."""
    try:
        return shown(datetime.fromisoformat(at)).partition(" ")[2]
    except ValueError:
        return ""

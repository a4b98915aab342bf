"""The network of a run as HAR 1.2, for any HAR viewer: no bodies, no headers, no queries, since they may hold secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import robot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNKNOWN = -1  # HAR's own word for what was not measured


def har(notes: Iterable[Mapping[str, Any]], browser: str) -> str:
    """A HAR of the lines of `network.jsonl`; a request that failed has status 0 and its failure as the status text."""
    log = {
        "version": "1.2",
        "creator": {"name": "vss-robot", "version": robot.__version__},
        "browser": {"name": "Chrome", "version": browser or "?"},
        "pages": [],
        "entries": [_entry(note) for note in notes],
    }
    return json.dumps({"log": log}, ensure_ascii=False, indent=1) + "\n"


def _entry(note: Mapping[str, Any]) -> dict[str, Any]:
    waited, size = _number(note.get("ms")), _number(note.get("bytes"))
    nothing: dict[str, Any] = {"httpVersion": "", "cookies": [], "headers": [], "headersSize": UNKNOWN}
    return {
        "startedDateTime": note.get("at", ""),
        "time": max(waited, 0),
        "request": {
            **nothing,
            "method": note.get("method", ""),
            "url": note.get("address", ""),
            "queryString": [],
            "bodySize": UNKNOWN,
        },
        "response": {
            **nothing,
            "status": note.get("status", 0),
            "statusText": note.get("failure") or "",
            "content": {"size": max(size, 0), "mimeType": note.get("mime") or ""},
            "redirectURL": "",
            "bodySize": size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": max(waited, 0), "receive": 0},
        "_resourceType": note.get("kind", ""),
    }


def _number(value: Any) -> int:
    return value if isinstance(value, int) else UNKNOWN

"""The transcript: a line of JSON for each frame and each event, values redacted before anything is written.

`{"at", "relay": pid, "direction", "bytes", "kind", "digest", "shape"}` for a frame, `{"at", "relay", "event", …}` for an event.
Several relays of one profile (probe and tab) add to one file, each line by a single write.
"""

from __future__ import annotations

import json
import os
import re
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from robot.signing.relay.ear import Ear

FROM: Final = "browser>host"
TO: Final = "host>browser"

# Values that say what a message is about and cannot hold anything of anybody's; every other one becomes its length.
_KEPT = frozenset(
    {"type", "command", "result", "code", "origin", "lang", "src", "filter", "version", "extension"}
    | {"hashtype", "hashFunction", "cryptoAlgorithm", "paddingScheme"}
)
_HARMLESS = re.compile(r"[A-Za-z0-9 ._:/+-]{0,80}")
_DEEPEST, _MOST, _LONGEST_KEY = 4, 40, 40
_LARGEST_READ = 256 * 1024  # a larger frame is noted by size and digest only


class Transcript:
    """One relay's pen on the transcript."""

    def __init__(self, file: str, ear: Ear | None = None) -> None:
        self._ear = ear
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._fd = os.open(file, flags, 0o600)

    def frame(self, direction: str, payload: bytes) -> None:
        """Note a frame that passed."""
        message = _message(payload)
        kind = _kind(message)
        if self._ear is not None:
            self._ear.hear(direction, kind, payload)
        self._add(
            direction=direction,
            bytes=len(payload),
            kind=kind,
            digest=sha256(payload).hexdigest(),
            shape=_shape(message, "", 0),
        )

    def event(self, name: str, **facts: Any) -> None:
        """Note something that happened; the facts must be harmless."""
        if self._ear is not None:
            self._ear.hear("event", name, facts=facts)
        self._add(event=name, **facts)

    def close(self) -> None:
        """The relay ends: a recorder is told what it was not told yet."""
        if self._ear is not None:
            self._ear.close()

    def _add(self, **facts: Any) -> None:
        seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{nanoseconds // 1_000_000:03d}+00:00"
        os.write(self._fd, json.dumps({"at": at, "relay": os.getpid(), **facts}).encode() + b"\n")


def _message(payload: bytes) -> Any:
    try:
        return json.loads(payload.decode()) if len(payload) <= _LARGEST_READ else None
    except (ValueError, RecursionError):
        return None


def _kind(message: Any) -> str:
    """What a message is by its own words: its type or command, its code, or what it brings."""
    if not isinstance(message, dict):
        return "?"
    error = message.get("error")
    for value in (message.get("type"), message.get("command"), message.get("result"), _code(error)):
        if isinstance(value, str) and value and _HARMLESS.fullmatch(value):
            return value
    return next((name for name in ("version", "certificate", "signature") if name in message), "?")


def _code(error: Any) -> Any:
    return error.get("code") if isinstance(error, dict) else None


def _shape(value: Any, key: str, depth: int) -> Any:
    """The same structure, with lengths where the values stood."""
    if isinstance(value, dict):
        if depth >= _DEEPEST or len(value) > _MOST:
            return f"‹{len(value)} keys›"
        return {name[:_LONGEST_KEY]: _shape(inner, name, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        if depth >= _DEEPEST or len(value) > _MOST:
            return f"‹{len(value)} items›"
        return [_shape(inner, key, depth + 1) for inner in value]
    if isinstance(value, str):
        return value if key in _KEPT and _HARMLESS.fullmatch(value) else f"‹{len(value)} chars›"
    return value if value is None or isinstance(value, bool) else "‹number›"

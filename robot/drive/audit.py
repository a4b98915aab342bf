"""Counting what the VSS library signed: its PIN and certificate windows are its own, but each answer passes the relay."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from robot.ledger import Signed
from robot.signing.relay import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.ledger import Ledger


def count_vendor_signatures(ledger: Ledger, run: str, transcript: Path) -> None:
    """Write down every signature that the transcript of a still running run shows, where that was not done yet."""
    known = len(ledger.signatures(run))
    for at, signed in list(_signatures(read(transcript)))[known:]:
        ledger.count_signature(run, signed, at)


def _signatures(entries: list[dict[str, Any]]) -> Iterator[tuple[datetime, Signed]]:
    """An answer that carries a signature, with what the question before it on the same port said of it."""
    asked: dict[Any, dict[str, Any]] = {}
    for entry in entries:
        shape = entry.get("shape")
        if not isinstance(shape, dict):
            continue
        if entry["direction"] == "browser>host":
            asked[entry["relay"]] = {**shape, **_inner(shape)}
        elif "signature" in shape:
            question = asked.get(entry["relay"], {})
            algorithm = question.get("hashtype") or question.get("hashFunction")
            origin = str(question.get("origin", "?"))
            yield datetime.fromisoformat(entry["at"]), Signed("vendor", origin, algorithm=algorithm)


def _inner(shape: dict[str, Any]) -> dict[str, Any]:
    arguments = shape.get("arguments")
    return arguments if isinstance(arguments, dict) else {}

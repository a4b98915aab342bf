"""Counting what the VSS library signed: its PIN and certificate windows are its own, but each answer passes the relay."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from robot.ledger import Signed
from robot.signing.desk import TRANSCRIPT
from robot.signing.relay import Follow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.ledger import Ledger

RECENT: Final = 1000  # sessions that are looked through for those of one night


class VendorSignatures:
    """The signatures that a transcript shows, each counted once, for the run that it was made in."""

    def __init__(self, ledger: Ledger, transcript: Path) -> None:
        self._ledger = ledger
        self._transcript = Follow(transcript)
        self._asked: dict[Any, dict[str, Any]] = {}
        self._found: list[tuple[datetime, Signed]] = []

    def count(self, run: str) -> None:
        """Write down for a still running run what was signed since the last count."""
        self.look()
        while self._found:
            at, signed = self._found[0]
            self._ledger.count_signature(run, signed, at)
            self._found.pop(0)

    def look(self) -> list[tuple[datetime, Signed]]:
        """What was signed and is not counted yet."""
        self._found += _signatures(self._transcript.new(), self._asked)
        return self._found


def count_killed(ledger: Ledger, night: int) -> None:
    """Write down what the library signed in sessions of a night that were killed before they had counted it.

    It was for the dossier that such a session had in hand, as the library's windows come one at a time.
    """
    for session in ledger.runs(RECENT, flow="night-session", outcome="abandoned"):
        if session.night != night or (session.signing or {}).get("mode") != "vendor":
            continue
        shown = VendorSignatures(ledger, session.evidence / TRANSCRIPT).look()
        dossiers = ledger.runs_within(session.id)
        booked = sum(len(ledger.signatures(run)) for run in (session.id, *(dossier.id for dossier in dossiers)))
        killed = [dossier.id for dossier in dossiers if dossier.outcome == "abandoned"]
        for at, signed in shown[booked:]:
            ledger.count_signature(killed[-1] if killed else session.id, signed, at, killed=True)


def _signatures(entries: list[dict[str, Any]], asked: dict[Any, dict[str, Any]]) -> Iterator[tuple[datetime, Signed]]:
    """An answer that carries a signature, with what the question before it on the same port said of it."""
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

"""Where the portal's pages were not as the map says, as the newest runs have noted it in their evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from robot.portalmap.drift import Drift, DriftKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.ledger import Ledger, Run

RUNS: Final = 300
MOST: Final = 100
LONGEST: Final = 65_536  # bytes of a run's notes; each is a line
_FIELDS: Final = ("page", "element", "expected", "found")


@dataclass(frozen=True)
class Met:
    """One thing that a run met."""

    run: Run
    drift: Drift


def drifts(ledger: Ledger) -> list[Met]:
    """What the newest runs met, each thing once, the newest first."""
    found: dict[Drift, Met] = {}
    for run in ledger.runs(RUNS):
        for drift in _noted(run.evidence / "drift.jsonl"):
            found.setdefault(drift, Met(run, drift))
        if len(found) >= MOST:
            break
    return list(found.values())


def _noted(file: Path) -> Iterator[Drift]:
    try:
        with file.open("rb") as notes:
            held = notes.read(LONGEST)
    except OSError:
        return
    for line in held.decode("utf-8", "replace").splitlines():
        drift = _drift(line)
        if drift is not None:
            yield drift


def _drift(line: str) -> Drift | None:
    """The note as a drift; None for one cut off by a kill, or of a kind that is not known here."""
    try:
        note: Any = json.loads(line)
    except ValueError:
        return None
    if not isinstance(note, dict):
        return None
    kind: DriftKind | None = next((known for known in get_args(DriftKind) if known == note.get("kind")), None)
    if kind is None:
        return None
    said = {name: str(note.get(name, "")) for name in _FIELDS}
    return Drift(kind=kind, **said)

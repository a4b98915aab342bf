"""Drift: the page is not as the map says, and what was found in its place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from robot.texts import Text

DriftKind = Literal["fallback", "ambiguous", "status", "columns"]


@dataclass(frozen=True)
class Drift:
    """One thing that a flow met: an element found by another way than the first, an unknown status, columns that have moved."""

    page: str
    element: str
    kind: DriftKind
    expected: str
    found: str

    def as_json(self) -> dict[str, str]:
        """For `drift.jsonl`, `run.json` and `run --json`."""
        return asdict(self)

    def text(self) -> Text:
        """The same as a sentence."""
        return Text(f"page_drift.{self.kind}", self.as_json())

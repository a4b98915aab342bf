"""One thing that differs between two recordings, or between a recording and the live portal, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from robot.texts import Language

Kind = Literal[
    "gone",
    "new",
    "new_required",
    "renamed",
    "retyped",
    "reordered",
    "moved",
    "text",
    "state",
    "control",
    "required",
    "size",
    "step_gone",
    "step_new",
    "step_order",
    "address",
    "call_gone",
    "call_new",
    "call_moved",
    "status",
    "answer_type",
    "asks_gone",
    "asks_new",
    "asks_type",
    "tells_gone",
    "tells_new",
    "tells_type",
    "content",
]
Severity = Literal["breaks", "look", "note"]
"""`breaks`: a flow touches it; `look`: it stands where a flow works; `note`: nothing that a flow needs."""

SEVERITIES: Final[tuple[Severity, ...]] = ("breaks", "look", "note")


@dataclass(frozen=True)
class Change:
    """What changed: in which step, of which element or address, what it was and what it is."""

    kind: Kind
    step: str
    name: str
    was: str = ""
    now: str = ""
    severity: Severity = "look"
    places: tuple[str, ...] = field(default=(), compare=False)
    """The further steps in which the same change is to be seen."""

    @property
    def text(self) -> Text:
        """The change as a sentence."""
        return Text(f"changes.{self.kind}", {"name": self.name, "was": self.was or "-", "now": self.now or "-"})

    def as_json(self, language: Language) -> dict[str, Any]:
        """The change for a program, with its sentence in a language."""
        facts = {"severity": self.severity, "kind": self.kind, "step": self.step, "name": self.name}
        return {**facts, "was": self.was, "now": self.now, "places": list(self.places), "said": self.text.say(language)}

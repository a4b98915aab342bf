"""What a replay did otherwise than its recording: in which step, which element or address, and what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from robot.recording.change import Change
    from robot.recording.matching import Miss, Near
    from robot.texts import Language

State = Literal["passed", "drifted", "failed"]


@dataclass(frozen=True)
class Deviation:
    """`state` is what a replay with nothing before this one is: `drifted` or `failed`."""

    state: State
    step: str
    name: str
    text: Text

    def as_json(self, language: Language) -> dict[str, Any]:
        """The deviation for a program, with its sentence in a language."""
        return {"state": self.state, "step": self.step, "name": self.name, "said": self.text.say(language)}


def drift(change: Change) -> Deviation:
    """A page that is not what it was."""
    return Deviation("drifted", change.step, change.name, change.text)


def failure(step: str, name: str, key: str, **fills: Any) -> Deviation:
    """What does not go on as it was recorded; `key` is one of the catalogue's `[replay]`."""
    return Deviation("failed", step, name, Text(f"replay.{key}", fills))


def missed(step: str, miss: Miss) -> Deviation:
    """A request that the recording does not answer, with the nearest that it holds."""
    nearest = "; ".join(map(_near, miss.nearest))
    return failure(step, miss.asked.endpoint, "missed", asked=miss.asked.endpoint, nearest=nearest or "-")


def _near(near: Near) -> str:
    differing = ", ".join(f"{one.place or 'body'}: {one.was or '-'} → {one.now or '-'}" for one in near.differences)
    again = "used" if near.used else ""
    return f"{near.exchange.endpoint} ({', '.join(part for part in (again, differing) if part) or '='})"

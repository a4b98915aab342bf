"""A probe's result: one link looked at, what was seen, and how long the look took."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from robot.diagnosis.codes import CODES
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.diagnosis.codes import Link
    from robot.texts import Language

State = Literal["ok", "broken", "unknown"]


@dataclass(frozen=True)
class Probe:
    """One link looked at; `code` is one of `codes.CODES` where it is broken, empty otherwise.

    `fact` is what was seen, as a sentence; `unknown` means that the link could not be looked at, with the reason as its fact.
    `by_effect`: what was seen may be the effect of a link that could not be looked at, so that it is no certain cause.
    """

    link: Link
    code: str
    state: State
    fact: Text
    seconds: float = 0.0
    by_effect: bool = False

    def as_json(self, language: Language) -> dict[str, Any]:
        """The same for a program, the fact in the operator's language."""
        return {
            "link": self.link,
            "code": self.code,
            "state": self.state,
            "fact": self.fact.say(language),
            "seconds": round(self.seconds, 3),
        }


def ok(link: Link, fact: str, **fills: Any) -> Probe:
    """The link holds; `fact` is a key of the catalogue's `[facts]`."""
    return Probe(link, "", "ok", Text(f"facts.{fact}", fills))


def broken(code: str, **fills: Any) -> Probe:
    """The link of this code does not hold; the fact is the code's own sentence of the catalogue's `[causes]`."""
    return Probe(CODES[code], code, "broken", Text(f"causes.{code}", fills))


def unknown(link: Link, fact: str, **fills: Any) -> Probe:
    """The link could not be looked at; `fact` is a key of the catalogue's `[facts]` and says why."""
    return Probe(link, "", "unknown", Text(f"facts.{fact}", fills))


def timed(look: Callable[[], Probe]) -> Probe:
    """What `look` finds, with the time it took."""
    begun = time.monotonic()
    found = look()
    return replace(found, seconds=time.monotonic() - begun)

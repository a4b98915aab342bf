"""The chain from the browser to the form, link by link: what was looked at, what held, what did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from robot.diagnosis import LINKS
from robot.report.said import Said, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["ok", "broken", "mended", "unknown", "unasked"]

# The form and what comes of it are looked at apart from the chain: that they are reached says nothing of the links between.
APART: Final = ("clock", "form", "dialog")
REACHED_FIRST: Final = ("browser", "portal", "page")


@dataclass(frozen=True)
class Link:
    """One link as it is drawn; `seconds` is None where nobody looked at it."""

    name: str
    title: Said
    role: Said
    state: State
    facts: tuple[Said, ...] = ()
    seconds: float | None = None
    first: bool = False
    """Whether it is the earliest one that does not hold."""


def draw(finding: Mapping[str, Any] | None, probes: Mapping[str, Sequence[Mapping[str, Any]]], *, mended: bool) -> list[Link]:
    """The links in order, by the probes where there are some; nothing where nobody has looked along the chain.

    `finding` and `probes` as `run.json` keeps them, each by language. Without a probe of its own a link counts as holding
    where the question has passed through it on its way to the broken one.
    """
    seen = list(zip(probes.get("vi", ()), probes.get("en", ()), strict=False))
    culprit = str(finding["en"].get("link", "")) if finding else ""
    if not seen and culprit not in LINKS[:-1]:
        return []
    passed = _passed(culprit)
    links = []
    for name in LINKS[:-1]:
        own = [pair for pair in seen if pair[1].get("link") == name]
        state, facts = _state(own)
        if not own and name == culprit and finding is not None:
            state, facts = "broken", (Said.pair(finding, "cause"),)
        elif not own and name in passed:
            state = "ok"
        if state == "broken" and mended:
            state = "mended"
        seconds = sum(float(english.get("seconds", 0)) for _, english in own) if own else None
        title, role = word(f"link_{name}", name), word(f"role_{name}", "")
        links.append(Link(name, title, role, state, facts, seconds, name == culprit))
    return links


def _state(probes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> tuple[State, tuple[Said, ...]]:
    """The worst that a link's probes say, with the facts of those that say it."""
    for state in ("broken", "unknown", "ok"):
        facts = tuple(Said(str(vi.get("fact", "")), str(en.get("fact", ""))) for vi, en in probes if en.get("state") == state)
        if facts:
            return state, facts
    return "unasked", ()


def _passed(culprit: str) -> tuple[str, ...]:
    if culprit in APART:
        return REACHED_FIRST
    return tuple(LINKS[: LINKS.index(culprit)]) if culprit in LINKS[:-1] else ()

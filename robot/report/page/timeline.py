"""The steps of a run on one line of time: when each began, how long it took, which lies within which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from robot.report.page.words import clock_time, known, lasted
from robot.report.said import Said
from robot.texts import say_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from robot.ledger import Run, Step

Tone = Literal["good", "bad", "wait"]
SEEN_PERCENT: Final = 0.4  # a shorter bar would not be seen
_WAITS: Final = frozenset({"waiting", "running", "unknown", "cancelled"})


@dataclass(frozen=True)
class Bar:
    """One step: `begin` and `length` are percent of the whole line; `depth` counts the steps it lies within."""

    name: Said
    outcome: Said
    tone: Tone
    at: str
    lasted: Said | None
    seconds: float
    begin: float
    length: float
    depth: int
    longest: bool = False


@dataclass(frozen=True)
class Timeline:
    """A run from its begin to its end, or to the end of its last step; both are told as times of day."""

    bars: tuple[Bar, ...]
    begun: str
    ended: str
    lasted: Said
    ticks: tuple[tuple[float, Said], ...]
    """Where the axis says how much time has gone: percent, and the time since the begin."""


def timeline(run: Run, steps: Sequence[Step]) -> Timeline:
    """The line of time of a run; a step that never ended goes on to the line's end."""
    moments = [run.started, *(step.started for step in steps), *(step.ended for step in steps if step.ended)]
    end = max([run.ended, *moments] if run.ended else moments)
    whole = max((end - run.started).total_seconds(), 0.001)
    depths = _depths(steps)
    longest = _longest(steps, depths)
    bars = tuple(_bar(step, run.started, end, whole, depths[step.id], longest=step.id == longest) for step in steps)
    ticks = tuple((share * 100, lasted(whole * share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Timeline(bars, clock_time(run.started), clock_time(end), lasted(whole), ticks)


def failing(steps: Sequence[Step]) -> Step | None:
    """The step in which a run ended: the last one begun that was not done."""
    return next((step for step in reversed(steps) if step.outcome != "done"), None)


def _bar(step: Step, begin: datetime, end: datetime, whole: float, depth: int, *, longest: bool) -> Bar:
    seconds = max(((step.ended or end) - step.started).total_seconds(), 0.0)
    start = min(max((step.started - begin).total_seconds() / whole * 100, 0.0), 100 - SEEN_PERCENT)
    length = min(max(seconds / whole * 100, SEEN_PERCENT), 100 - start)
    tone: Tone = "good" if step.outcome == "done" else "wait" if step.outcome in _WAITS else "bad"
    return Bar(
        name=Said(say_step(step.name, "vi"), step.name),
        outcome=known(f"outcomes.{step.outcome}", step.outcome),
        tone=tone,
        at=clock_time(step.started),
        lasted=lasted(seconds) if step.ended else None,
        seconds=round(seconds, 3),
        begin=round(start, 2),
        length=round(length, 2),
        depth=depth,
        longest=longest,
    )


def _depths(steps: Sequence[Step]) -> dict[int, int]:
    """How many steps each lies within: those that began before it and had not ended by then."""
    open_ones: list[Step] = []
    depths = {}
    for step in steps:
        open_ones = [outer for outer in open_ones if outer.ended is None or outer.ended > step.started]
        depths[step.id] = len(open_ones)
        open_ones.append(step)
    return depths


def _longest(steps: Sequence[Step], depths: dict[int, int]) -> int | None:
    """The outermost step that took longest; nothing is to be pointed out where there is but one."""
    outer = [step for step in steps if depths[step.id] == 0 and step.ended]
    if len(outer) < 2:  # noqa: PLR2004 - one alone is the longest of nothing
        return None
    return max(outer, key=lambda step: (step.ended or step.started) - step.started).id

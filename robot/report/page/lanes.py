"""The runs of a night on one line of time, a lane an organisation: what went side by side, and where nothing went on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.report.page.words import clock_time, lasted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from robot.ledger import Step
    from robot.report.night import Line, NightReport
    from robot.report.said import Said

SEEN_PERCENT: Final = 0.15


@dataclass(frozen=True)
class Block:
    """One dossier's run on its lane: percent of the night, and what became of it."""

    begin: float
    length: float
    result: str


@dataclass(frozen=True)
class Lane:
    """One organisation's night: its dossiers' runs, from when to when, and how many."""

    organisation: str
    name: str
    blocks: tuple[Block, ...]
    first: str
    last: str


@dataclass(frozen=True)
class Lanes:
    """All lanes under one axis; `ticks` are percent and the time of day there."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    lasted: Said


def lanes(report: NightReport, steps: Sequence[Step], names: Mapping[str, str]) -> Lanes | None:
    """The lanes of a night; None where no step of it is in the books. `names` are the organisations', by key."""
    spans = _spans(steps)
    known = [line for line in report.lines if line.run in spans]
    if not known:
        return None
    begin = min([report.begun, *(spans[str(line.run)][0] for line in known)])
    end = max([*([report.ended] if report.ended else []), *(spans[str(line.run)][1] for line in known)])
    whole = max((end - begin).total_seconds(), 0.001)
    made = []
    for key in report.organisations:
        own = [line for line in known if line.organisation == key]
        if own:
            made.append(_lane(key, names.get(key, key), own, spans, begin, whole))
    ticks = tuple((share * 100, clock_time(begin + (end - begin) * share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Lanes(tuple(made), ticks, lasted(whole))


def _spans(steps: Sequence[Step]) -> dict[str, tuple[datetime, datetime]]:
    """From a run's first step to the end of its last one."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for step in steps:
        begin, end = spans.get(step.run, (step.started, step.started))
        spans[step.run] = (min(begin, step.started), max(end, step.ended or step.started))
    return spans


def _lane(
    key: str,
    name: str,
    own: Sequence[Line],
    spans: Mapping[str, tuple[datetime, datetime]],
    begin: datetime,
    whole: float,
) -> Lane:
    times = [spans[str(line.run)] for line in own]
    blocks = []
    for line, (first, last) in zip(own, times, strict=True):
        start = min((first - begin).total_seconds() / whole * 100, 100 - SEEN_PERCENT)
        length = min(max((last - first).total_seconds() / whole * 100, SEEN_PERCENT), 100 - start)
        blocks.append(Block(round(start, 2), round(length, 2), line.result))
    first, last = min(first for first, _ in times), max(last for _, last in times)
    return Lane(key, name, tuple(blocks), clock_time(first), clock_time(last))

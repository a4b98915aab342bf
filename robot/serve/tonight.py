"""The night as it goes: counts by organisation, and what is being worked on this moment; a few questions to the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, func, select

from robot.ledger import tables
from robot.ledger.item import OWNED
from robot.ledger.nights import result_of
from robot.ledger.queue import as_item
from robot.ledger.queue_tables import RESULTS, items, night_items
from robot.report.unbegun import why_unbegun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from robot.ledger import Ledger
    from robot.ledger.item import Item, ItemState
    from robot.ledger.nights import Night, NightItem

WORKING: Final = "working"
KINDS: Final = ("accepted", WORKING, "refused", "held", "not_started")


@dataclass(frozen=True)
class Going:
    """A run that runs: the dossier it has (None where it has none), and the step it is at. Times are UTC."""

    run: str
    organisation: str
    flow: str
    item: int | None
    step: str | None
    since: datetime


@dataclass(frozen=True)
class Left:
    """A reason for which dossiers of the night were not started (by language), how many, and whose."""

    said: Mapping[str, str]
    number: int
    organisations: Sequence[str]


@dataclass(frozen=True)
class Tonight:
    """The newest night (None before the first), its dossiers by KINDS, in all and by organisation, and what runs."""

    night: Night | None
    counts: Mapping[str, int]
    organisations: Mapping[str, Mapping[str, int]]
    going: Sequence[Going]
    left: Sequence[Left] = ()
    """Why dossiers were not started, once the night has ended."""

    @property
    def planned(self) -> int:
        """How many dossiers it has."""
        return sum(self.counts.values())

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.night is not None and self.night.ended is None


def tonight(ledger: Ledger) -> Tonight:
    """How far the newest night has come."""
    newest = ledger.nights.nights(1)
    night = newest[0] if newest else None
    organisations = _counted(ledger, night) if night is not None else {}
    counts = {kind: sum(own[kind] for own in organisations.values()) for kind in KINDS}
    ended = night is not None and night.ended is not None
    left = _left(ledger, night) if night is not None and ended and counts["not_started"] else []
    return Tonight(night, counts, organisations, _going(ledger), left)


def of_night(ledger: Ledger, night: int, kind: str) -> list[Item]:
    """The night's dossiers of one of KINDS, in the order of their numbers.

    Raises:
        NameUnknown: there is no such night.
    """
    found = ledger.nights.night(night)
    return [item for item, own in _items(ledger, found) if _kind(found, item.state, own.result) == kind]


def _items(ledger: Ledger, night: Night) -> list[tuple[Item, NightItem]]:
    of_it = {own.item: own for own in ledger.nights.items(night.id)}
    wanted = select(items).join(night_items, items.c.id == night_items.c.item)
    wanted = wanted.where(night_items.c.night == night.id).order_by(items.c.id)
    with ledger.store.reading() as books:
        return [(item, of_it[item.id]) for item in map(as_item, books.execute(wanted).mappings()) if item.id in of_it]


def _kind(night: Night, state: ItemState, result: str | None) -> str:
    if night.ended is None and state in OWNED:
        return WORKING
    return result if result in RESULTS else result_of(state)


def _left(ledger: Ledger, night: Night) -> list[Left]:
    """By reason, the one of most dossiers first."""
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for item, own in _items(ledger, night):
        if _kind(night, item.state, own.result) == "not_started":
            said = why_unbegun(ledger, night, own, item).said
            found.setdefault(tuple(said.items()), []).append(item.organisation)
    reasons = [Left(dict(said), len(whose), sorted(set(whose))) for said, whose in found.items()]
    return sorted(reasons, key=lambda reason: -reason.number)


def _counted(ledger: Ledger, night: Night) -> dict[str, dict[str, int]]:
    what = (items.c.organisation, items.c.state, night_items.c.result)
    wanted = select(*what, func.count().label("number")).join(items, items.c.id == night_items.c.item)
    wanted = wanted.where(night_items.c.night == night.id).group_by(*what).order_by(items.c.organisation)
    found: dict[str, dict[str, int]] = {}
    with ledger.store.reading() as books:
        for organisation, state, result, number in books.execute(wanted):
            own = found.setdefault(organisation, dict.fromkeys(KINDS, 0))
            own[_kind(night, state, result)] += number
    return found


def _going(ledger: Ledger) -> list[Going]:
    """Running runs with the step that began last of those that have not ended."""
    runs, steps = tables.runs, tables.steps
    newest = (
        select(func.max(steps.c.id))
        .where(steps.c.run == runs.c.id, steps.c.outcome == "running")
        .correlate(runs)
        .scalar_subquery()
    )
    wanted = (
        select(
            runs.c.id, runs.c.organisation, runs.c.flow, items.c.id.label("item"), steps.c.name, steps.c.started, runs.c.started
        )
        .outerjoin(steps, steps.c.id == newest)
        .outerjoin(items, and_(items.c.run == runs.c.id, items.c.state.in_(OWNED)))
        .where(runs.c.outcome == "running")
        .order_by(runs.c.organisation, runs.c.id)
    )
    with ledger.store.reading() as books:
        return [
            Going(run, organisation, flow, item, step, since or begun)
            for run, organisation, flow, item, step, since, begun in books.execute(wanted)
        ]

"""Nights: what each had planned, what became of it, and whether the two balance; one night at a time on a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from robot.errors import NameUnknown
from robot.ledger import owner, tables
from robot.ledger.item import SUBMISSION
from robot.ledger.queue_tables import RESULTS, items, night_items, nights
from robot.ledger.rows import WrongState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger.item import ItemState
    from robot.ledger.store import Store

Result = Literal["accepted", "refused", "held", "not_started"]
UNSEEN: Final = "signatures_unseen"
"""A fact of a night: browser and signing library have spoken without the robot, so that its books have no signature of theirs."""
PUT_OFF: Final = "put_off"
"""A fact of a night: organisations in which it began nothing more, each with `error`, `run` and `said` (by language or None)."""
NightOutcome = Literal["done", "left", "unbalanced", "abandoned"]


@dataclass(frozen=True)
class Night:
    """One night on one machine. `outcome`: all accepted (done), some of it refused, held or not started (left). Times are UTC.

    `facts` are its counts: `planned`, the four results, `signatures`, `intents`, `confirmed`, and what else the night noted.
    """

    id: int
    machine: str
    process: int
    process_started: float
    begun: datetime
    ended: datetime | None
    until: datetime | None
    outcome: NightOutcome | None
    facts: Mapping[str, Any] | None


@dataclass(frozen=True)
class NightItem:
    """A dossier of a night: what became of it (None while the night runs), in which run last, and how many seconds it took."""

    night: int
    item: int
    result: Result | None
    run: str | None
    seconds: float | None


class NightRuns(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """A night runs on this machine already; `process` is its number."""

    def __init__(self, night: int, process: int) -> None:
        self.night = night
        self.process = process
        super().__init__(f"night {night} runs in process {process}")


class Nights:
    """The part of the books about nights."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, until: datetime | None) -> int:
        """Write down that this process begins a night; one whose process has gone is ended first, as abandoned.

        Raises:
            NightRuns: another process of this machine is at it.
        """
        machine, process, started = owner.this_process()
        try:
            with self._store.writing() as books:
                _end_lost(books, machine)
                row = insert(nights).values(
                    machine=machine, process=process, process_started=started, begun=datetime.now(UTC), until=until
                )
                return int(books.execute(row.returning(nights.c.id)).scalar_one())
        except IntegrityError:
            with self._store.reading() as books:
                open_one = select(nights).where(nights.c.machine == machine, nights.c.ended.is_(None))
                found = books.execute(open_one).mappings().first()
            if found is None:
                raise
            raise NightRuns(found["id"], found["process"]) from None

    def plan(self, night: int, chosen: Sequence[int]) -> None:
        """Write down which items the night is going to take up; one that it has already is left as it is."""
        with self._store.writing() as books:
            known = set(books.execute(select(night_items.c.item).where(night_items.c.night == night)).scalars())
            rows = [{"night": night, "item": item} for item in dict.fromkeys(chosen) if item not in known]
            if rows:
                books.execute(insert(night_items), rows)

    def note(self, night: int, item: int, run: str, seconds: float) -> Result:
        """A run of this night has been at the item; what became of it is read from the item itself."""
        which = (night_items.c.night == night) & (night_items.c.item == item)
        with self._store.writing() as books:
            result = result_of(books.execute(select(items.c.state).where(items.c.id == item)).scalar_one())
            spent = func.coalesce(night_items.c.seconds, 0.0) + seconds
            change = update(night_items).where(which).values(result=result, run=run, seconds=spent)
            if books.execute(change).rowcount != 1:
                message = f"item {item} is not of night {night}"
                raise WrongState(message)
        return result

    def end(self, night: int, facts: Mapping[str, Any]) -> Night:
        """The night is over: each item gets the result that its state says, and the counts are compared.

        Raises:
            WrongState: it has ended already.
        """
        with self._store.writing() as books:
            _end(books, night, dict(facts), None)
            return _night(books, night)

    def night(self, night: int) -> Night:
        """The night of this number.

        Raises:
            NameUnknown: `night_unknown`.
        """
        with self._store.reading() as books:
            if books.execute(select(nights.c.id).where(nights.c.id == night)).first() is None:
                raise NameUnknown("night_unknown", name=str(night))
            return _night(books, night)

    def nights(self, limit: int) -> list[Night]:
        """The newest nights first."""
        wanted = select(nights).order_by(nights.c.id.desc()).limit(limit)
        with self._store.reading() as books:
            return [Night(**row) for row in books.execute(wanted).mappings()]

    def signed(self, night: int) -> dict[str, int]:
        """Signatures made in the night's runs so far, sendings begun in them, and how many of these the portal has."""
        with self._store.reading() as books:
            return _signed(books, night)

    def items(self, night: int) -> list[NightItem]:
        """What the night had planned, in the order of the queue."""
        wanted = select(night_items).where(night_items.c.night == night).order_by(night_items.c.item)
        with self._store.reading() as books:
            return [NightItem(**row) for row in books.execute(wanted).mappings()]


def result_of(state: ItemState) -> Result:
    """What an item's state means to the night that ends: sent and not known is held, whoever looks it up the next time."""
    if state in {"accepted", "done"}:
        return "accepted"
    if state == "refused":
        return "refused"
    return "held" if state in {"held", "unknown", "intent"} else "not_started"


def _night(books: Connection, night: int) -> Night:
    return Night(**books.execute(select(nights).where(nights.c.id == night)).mappings().one())


def _end_lost(books: Connection, machine: str) -> None:
    """End the nights of this machine whose process has gone."""
    still = books.execute(select(nights).where(nights.c.machine == machine, nights.c.ended.is_(None))).mappings().all()
    for row in still:
        if owner.gone(row["machine"], row["process"], row["process_started"]):
            _end(books, row["id"], {}, "abandoned")


def _end(books: Connection, night: int, facts: dict[str, Any], outcome: NightOutcome | None) -> None:
    states = select(night_items.c.item, items.c.state).join(items, items.c.id == night_items.c.item)
    planned = books.execute(states.where(night_items.c.night == night)).all()
    for item, state in planned:
        which = (night_items.c.night == night) & (night_items.c.item == item)
        books.execute(update(night_items).where(which).values(result=result_of(state)))
    counted = (
        select(night_items.c.result, func.count().label("number"))
        .where(night_items.c.night == night)
        .group_by(night_items.c.result)
    )
    found = {str(row.result): int(row.number) for row in books.execute(counted)}
    counts = {"planned": len(planned), **{result: found.get(result, 0) for result in RESULTS}, **_signed(books, night)}
    if outcome is None:
        outcome = _outcome(counts, unseen=bool(facts.get(UNSEEN)))
    change = update(nights).where(nights.c.id == night, nights.c.ended.is_(None))
    values = {"ended": datetime.now(UTC), "outcome": outcome, "facts": {**facts, **counts}}
    if books.execute(change.values(**values)).rowcount != 1:
        message = f"night {night} has ended"
        raise WrongState(message)


def balances(counts: Mapping[str, int], *, unseen: bool) -> bool:
    """Whether everything planned has one result, and the signatures explain what was sent and no more.

    An intent whose click never came to the token has no signature; a signature without an intent has no explanation. Where they
    are `unseen`, what was sent is not held against them.
    """
    least = 0 if unseen else counts["confirmed"]
    return counts["planned"] == sum(counts[result] for result in RESULTS) and least <= counts["signatures"] <= counts["intents"]


def _outcome(counts: Mapping[str, int], *, unseen: bool) -> NightOutcome:
    if not balances(counts, unseen=unseen):
        return "unbalanced"
    return "done" if counts["planned"] == counts["accepted"] else "left"


def _signed(books: Connection, night: int) -> dict[str, int]:
    """Signatures made in the night's runs, and the sendings begun in them, with how many the portal is known to have."""
    runs, effects, signatures = tables.runs, tables.effects, tables.signatures
    of_night = select(runs.c.id).where(runs.c.night == night)
    sent = effects.c.run.in_(of_night) & (effects.c.kind == SUBMISSION)

    def count(what: Any, *which: Any) -> int:
        return int(books.execute(select(func.count()).select_from(what).where(*which)).scalar_one())

    return {
        "signatures": count(signatures, signatures.c.run.in_(of_night)),
        "intents": count(effects, sent),
        "confirmed": count(effects, sent, effects.c.state == "confirmed"),
    }

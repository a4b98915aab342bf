"""Waiting is a row: what a run that has ended waits for, when it is worth another look, and which run went on with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, or_, select, update

from robot.ledger.queue_tables import waits
from robot.ledger.tables import runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from robot.errors import WaitKind
    from robot.ledger.store import Store


@dataclass(frozen=True)
class NewWait:
    """What a run that ends waits for; seconds from its end until it is worth a look, and until nobody need look any more."""

    kind: WaitKind
    again_s: float
    expires_s: float


@dataclass(frozen=True)
class Wait:
    """A run that ended because it waits. It has `ended` when another run went on (`taken_up`), or nobody need look. UTC."""

    id: int
    run: str
    kind: WaitKind
    begun: datetime
    again: datetime
    expires: datetime | None
    ended: datetime | None
    taken_up: str | None


class Waits:
    """The part of the books about what is waited for; rows are written by the beginning and the end of runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, kinds: Collection[WaitKind]) -> list[Wait]:
        """What nobody went on with and is worth a look now, the longest due first."""
        now = datetime.now(UTC)
        wanted = select(waits).where(waits.c.ended.is_(None), waits.c.kind.in_(kinds), waits.c.again <= now)
        wanted = wanted.where(or_(waits.c.expires.is_(None), waits.c.expires > now)).order_by(waits.c.again, waits.c.id)
        with self._store.reading() as books:
            return [Wait(**row) for row in books.execute(wanted).mappings()]

    def of(self, run: str) -> Wait | None:
        """What a run waits for, or has waited for; None where it has not ended as waiting."""
        with self._store.reading() as books:
            row = books.execute(select(waits).where(waits.c.run == run)).mappings().first()
        return Wait(**row) if row else None


def begin_wait(books: Connection, run: str, wait: NewWait, now: datetime) -> None:
    """Write the row within the transaction that ends the run; one that went on with a wait of the kind keeps its last day."""
    earlier = select(waits.c.expires).where(waits.c.taken_up == run, waits.c.kind == wait.kind).order_by(waits.c.expires)
    expires = books.execute(earlier.limit(1)).scalar() or now + timedelta(seconds=wait.expires_s)
    again = now + timedelta(seconds=wait.again_s)
    books.execute(insert(waits).values(run=run, kind=wait.kind, begun=now, again=again, expires=expires))


def take_up(books: Connection, run: str, flow: str, organisation: str, parameters: Mapping[str, str], now: datetime) -> None:
    """The run that begins goes on with what an earlier one of the same flow, organisation and parameters waits for."""
    waiting = select(waits.c.id, runs.c.parameters).join(runs, runs.c.id == waits.c.run)
    waiting = waiting.where(waits.c.ended.is_(None), runs.c.flow == flow, runs.c.organisation == organisation)
    same = [row.id for row in books.execute(waiting) if row.parameters == dict(parameters)]
    if same:
        change = update(waits).where(waits.c.id.in_(same), waits.c.ended.is_(None))
        books.execute(change.values(ended=now, taken_up=run))


def let_go(books: Connection, lost: Collection[str]) -> None:
    """What abandoned runs went on with waits again, unless a later run of the same flow and organisation has begun since."""
    for wait in books.execute(select(waits).where(waits.c.taken_up.in_(lost))).all():
        taker = books.execute(select(runs).where(runs.c.id == wait.taken_up)).one()
        later = select(runs.c.id).where(
            runs.c.flow == taker.flow, runs.c.organisation == taker.organisation, runs.c.started > taker.started
        )
        newest = books.execute(later.order_by(runs.c.started.desc()).limit(1)).scalar()
        facts: dict[str, Any] = {"ended": None, "taken_up": None} if newest is None else {"taken_up": newest}
        books.execute(update(waits).where(waits.c.id == wait.id).values(facts))


def end_expired(books: Connection, now: datetime) -> None:
    """What has waited for too long is looked at no more."""
    books.execute(update(waits).where(waits.c.ended.is_(None), waits.c.expires <= now).values(ended=now))

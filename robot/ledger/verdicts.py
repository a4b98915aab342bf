"""Verdicts: what became of a dossier after the portal had taken it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from robot.ledger import tables
from robot.ledger.protocol import move
from robot.ledger.queue import as_item
from robot.ledger.queue_tables import items
from robot.ledger.rows import Effect, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.ledger.item import FaultsSaid
    from robot.ledger.store import Store

_SETTLING = ("valid", "invalid")


class Verdicts:
    """The part of the books about verdicts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def book_verdict(  # noqa: PLR0913 - the row's own columns
        self,
        organisation: str,
        letter: str,
        outcome: str,
        effect: int | None = None,
        *,
        number: str | None,
        head: Mapping[str, str],
        faults: FaultsSaid,
        text: str,
        said: Mapping[str, str] | None = None,
    ) -> Verdict | None:
        """Write down what a letter says, once; None where the books have this letter.

        Outcome `invalid` also turns the effect from confirmed to refused with `said` (by language), so that a next attempt is
        allowed, and the run that made it from done to refused. A verdict other than an earlier one of the same effect is
        booked as `contradicts` and changes nothing.
        """
        table = tables.verdicts
        try:
            with self._store.writing() as books:
                known = select(table.c.id).where(table.c.organisation == organisation, table.c.letter == letter)
                if books.execute(known).first() is not None:
                    return None
                if effect is not None and _other_before(books, effect, outcome):
                    outcome = "contradicts"
                row = insert(table).values(
                    organisation=organisation,
                    letter=letter,
                    outcome=outcome,
                    effect=effect,
                    number=number,
                    head=dict(head),
                    faults=dict(faults),
                    text=text,
                    booked=datetime.now(UTC),
                )
                booked = int(books.execute(row.returning(table.c.id)).scalar_one())
                if outcome == "invalid" and effect is not None:
                    _refuse(books, effect, said or {}, faults)
                return Verdict(**books.execute(select(table).where(table.c.id == booked)).mappings().one())
        except IntegrityError:  # on a server, another process has booked this letter meanwhile
            return None

    def verdicts(self, run: str) -> list[Verdict]:
        """The verdicts on what a run has sent, in the order they were booked."""
        wanted = (
            select(tables.verdicts)
            .join(tables.effects, tables.effects.c.id == tables.verdicts.c.effect)
            .where(tables.effects.c.run == run)
            .order_by(tables.verdicts.c.id)
        )
        with self._store.reading() as books:
            return [Verdict(**row) for row in books.execute(wanted).mappings()]

    def verdict_of(self, effect: int) -> Verdict | None:
        """The verdict that settled an effect, if one has come."""
        table = tables.verdicts
        wanted = select(table).where(table.c.effect == effect, table.c.outcome.in_(_SETTLING)).order_by(table.c.id).limit(1)
        with self._store.reading() as books:
            row = books.execute(wanted).mappings().first()
        return Verdict(**row) if row else None

    def taken(self, kind: str, organisation: str) -> list[Effect]:
        """The effects of a kind for an organisation that the portal gave a receipt for, newest first."""
        table = tables.effects
        wanted = select(table).where(table.c.kind == kind, table.c.organisation == organisation, table.c.receipt.is_not(None))
        with self._store.reading() as books:
            return [Effect(**row) for row in books.execute(wanted.order_by(table.c.id.desc())).mappings()]

    def last_taken(self, kind: str, organisation: str, other_than: int | None) -> Effect | None:
        """The newest of those, but for the one of this number."""
        table = tables.effects
        wanted = select(table).where(table.c.kind == kind, table.c.organisation == organisation, table.c.receipt.is_not(None))
        wanted = wanted.where(table.c.id != other_than) if other_than is not None else wanted
        with self._store.reading() as books:
            row = books.execute(wanted.order_by(table.c.id.desc()).limit(1)).mappings().first()
        return Effect(**row) if row else None

    def attempts(self, kind: str, key: str) -> list[Effect]:
        """All attempts at an effect, the first one first."""
        table = tables.effects
        wanted = select(table).where(table.c.kind == kind, table.c.key == key).order_by(table.c.attempt)
        with self._store.reading() as books:
            return [Effect(**row) for row in books.execute(wanted).mappings()]


def _other_before(books: Connection, effect: int, outcome: str) -> bool:
    table = tables.verdicts
    known = select(table.c.outcome).where(table.c.effect == effect, table.c.outcome.in_(_SETTLING))
    return any(before != outcome for before in books.execute(known).scalars())


def _refuse(books: Connection, effect: int, said: Mapping[str, str], faults: FaultsSaid) -> None:
    """The standing effect no longer stands; a repeated verdict finds it refused and changes nothing."""
    table, now, words = tables.effects, datetime.now(UTC), said.get("vi", "")
    change = update(table).where(table.c.id == effect, table.c.state == "confirmed")
    row = books.execute(change.values(state="refused", said=words, settled=now).returning(table.c.run)).first()
    if row is not None:
        ended = update(tables.runs).where(tables.runs.c.id == row.run, tables.runs.c.outcome == "done")
        books.execute(ended.values(outcome="refused"))
    sent = (
        books.execute(select(items).where(items.c.effect == effect, items.c.state.in_(("accepted", "done")))).mappings().first()
    )
    if sent is not None:
        move(books, as_item(sent), "refused", said or words, said=dict(said), faults=dict(faults) or None)

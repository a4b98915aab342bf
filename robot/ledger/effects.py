"""Effects: what was done outside, and must not be done twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from robot.ledger import tables
from robot.ledger.rows import Effect, EffectStands, EffectState, WrongState
from robot.ledger.runs import check_running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from robot.ledger.store import Store


class Effects:
    """The part of the books about effects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def intend(self, run: str, kind: str, key: str, detail: Mapping[str, str]) -> Effect:
        """Write down what is about to be done; it is on disk when this returns, and only then may the click follow.

        Raises:
            EffectStands: the newest attempt is confirmed, or intended and not settled.
            WrongState: the run is not running.
        """
        try:
            with self._store.writing() as books:
                organisation = check_running(books, run)
                before = _newest(books, _same(kind, key))
                if before is not None and before.state in {"intent", "confirmed"}:
                    raise EffectStands(before)
                row = insert(tables.effects).values(
                    run=run,
                    organisation=organisation,
                    kind=kind,
                    key=key,
                    attempt=before.attempt + 1 if before else 1,
                    state="intent",
                    detail=dict(detail),
                    intended=datetime.now(UTC),
                )
                number = int(books.execute(row.returning(tables.effects.c.id)).scalar_one())
                return _by_id(books, number)
        except IntegrityError:  # on a server, another process was faster; SQLite lets one writer in at a time
            other = self.newest(kind, key)
            if other is None:
                raise
            raise EffectStands(other) from None

    def confirm(self, effect: int, receipt: Mapping[str, Any]) -> Effect:
        """The portal has taken it: `intent` becomes `confirmed`, with the receipt."""
        return self._settle(effect, ("intent",), "confirmed", receipt=dict(receipt))

    def refuse(self, effect: int, said: str) -> Effect:
        """The portal has said no: `intent` becomes `refused`, with its words."""
        return self._settle(effect, ("intent",), "refused", said=said)

    def supersede(self, effect: int) -> Effect:
        """A newer one is going to take its place (a second registration): `confirmed` or `intent` becomes `superseded`."""
        return self._settle(effect, ("confirmed", "intent"), "superseded")

    def newest(self, kind: str, key: str) -> Effect | None:
        """The last attempt at an effect, whatever its state."""
        with self._store.reading() as books:
            return _newest(books, _same(kind, key))

    def newest_by_organisation(self, kind: str, organisation: str) -> Effect | None:
        """The last effect of a kind for an organisation (its key in the settings), whatever its key and state."""
        with self._store.reading() as books:
            return _newest(books, (tables.effects.c.kind == kind) & (tables.effects.c.organisation == organisation))

    def effects_of(self, kind: str, organisation: str) -> list[Effect]:
        """All of a kind for an organisation (its key in the settings), the newest first."""
        table = tables.effects
        wanted = select(table).where(table.c.kind == kind, table.c.organisation == organisation).order_by(table.c.id.desc())
        with self._store.reading() as books:
            return [_effect(row) for row in books.execute(wanted).mappings()]

    def effects(self, run: str) -> list[Effect]:
        """The effects of a run in their order."""
        wanted = select(tables.effects).where(tables.effects.c.run == run).order_by(tables.effects.c.id)
        with self._store.reading() as books:
            return [_effect(row) for row in books.execute(wanted).mappings()]

    def _settle(self, effect: int, before: tuple[EffectState, ...], after: EffectState, **facts: Any) -> Effect:
        table = tables.effects
        change = update(table).where(table.c.id == effect, table.c.state.in_(before))
        with self._store.writing() as books:
            if books.execute(change.values(state=after, settled=datetime.now(UTC), **facts)).rowcount != 1:
                message = f"effect {effect} is not {' or '.join(before)}"
                raise WrongState(message)
            return _by_id(books, effect)


def _same(kind: str, key: str) -> ColumnElement[bool]:
    return (tables.effects.c.kind == kind) & (tables.effects.c.key == key)


def _newest(books: Connection, which: ColumnElement[bool]) -> Effect | None:
    row = books.execute(select(tables.effects).where(which).order_by(tables.effects.c.id.desc()).limit(1)).mappings().first()
    return _effect(row) if row else None


def _by_id(books: Connection, effect: int) -> Effect:
    return _effect(books.execute(select(tables.effects).where(tables.effects.c.id == effect)).mappings().one())


def _effect(row: Mapping[Any, Any]) -> Effect:
    return Effect(**row)

"""The queue: dossiers to be sent, planned once a matter; what the books say of each, and the way it came."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from robot.errors import NameUnknown
from robot.ledger import tables
from robot.ledger.item import BEFORE_INTENT, ENDED, SUBMISSION, Item, ItemStands, ItemState, Move, NewItem
from robot.ledger.queue_tables import items, moves
from robot.ledger.rows import Effect, WrongState
from robot.ledger.sending import standing
from robot.ledger.store import one_at_a_time
from robot.ledger.why import Why, by_language, in_english
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from robot.ledger.store import Store


class Queue:
    """The part of the books about dossiers waiting to be sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, new: NewItem, amends: int | None = None) -> Item:
        """Write down that a dossier is to be sent; the same file of the same matter, still on its way, is the item it was.

        `amends` is the item that this one takes the place of, by the operator's explicit wish: one that was never sent is
        cancelled, one that the portal has is superseded when the new one is sent.

        Raises:
            ItemStands: the matter is in the books with other bytes, was taken, or was refused with these very bytes.
            WrongState: what is amended is on its way just now, or is another matter.
        """
        with self._store.writing() as books:
            one_at_a_time(books, f"{SUBMISSION} {new.key}")
            amended = _make_room(books, new, amends) if amends is not None else None
            still_open = (
                books.execute(select(items).where(items.c.key == new.key, items.c.state.not_in(ENDED))).mappings().first()
            )
            if still_open is not None:
                return _same(as_item(still_open), None, new)
            sent, item = standing(books, new.key), _newest_item(books, new.key)
            if sent is not None and sent.state == "intent":  # by books from before the queue: it is looked up, never sent again
                return _adopted(books, new, sent)
            replaced = amended is not None and (sent is None or amended.effect == sent.id or (item and amended.id == item.id))
            if sent is not None and not replaced:
                raise ItemStands(item, sent, same_bytes=sent.detail.get("sha256") == new.sha256)
            refused = _refused_by_verdict(books, new)
            if refused is not None:
                raise ItemStands(item, refused, same_bytes=True)
            return _added(books, new, "planned", amends)

    def item(self, item: int) -> Item:
        """The item of this number.

        Raises:
            NameUnknown: `item_unknown`.
        """
        with self._store.reading() as books:
            row = books.execute(select(items).where(items.c.id == item)).mappings().first()
        if row is None:
            raise NameUnknown("item_unknown", name=str(item))
        return as_item(row)

    def items(
        self,
        *,
        states: Collection[ItemState] = (),
        organisation: str | None = None,
        key: str | None = None,
        limit: int | None = None,
    ) -> list[Item]:
        """Items in the order in which they are due, only those that fit what is given."""
        wanted = select(items).order_by(items.c.priority.desc(), items.c.id).limit(limit)
        if states:
            wanted = wanted.where(items.c.state.in_(tuple(states)))
        for column, value in ((items.c.organisation, organisation), (items.c.key, key)):
            if value is not None:
                wanted = wanted.where(column == value)
        with self._store.reading() as books:
            return [as_item(row) for row in books.execute(wanted).mappings()]

    def item_at(self, file: str) -> Item | None:
        """The newest item whose file lies there."""
        wanted = select(items).where(items.c.file == file).order_by(items.c.id.desc()).limit(1)
        with self._store.reading() as books:
            row = books.execute(wanted).mappings().first()
        return as_item(row) if row else None

    def moves(self, item: int) -> list[Move]:
        """The way an item came, step by step."""
        with self._store.reading() as books:
            rows = books.execute(select(moves).where(moves.c.item == item).order_by(moves.c.id)).mappings()
            return [Move(**row) for row in rows]

    def file_moved(self, item: int, file: str) -> None:
        """The item's file lies elsewhere now (archive or refused folder); its bytes are the same."""
        with self._store.writing() as books:
            books.execute(update(items).where(items.c.id == item).values(file=file))


def as_item(row: RowMapping | Mapping[str, Any]) -> Item:
    """The row as a value."""
    return Item(**row)


def by_id(books: Connection, item: int) -> Item:
    """The item as it is within this transaction."""
    return as_item(books.execute(select(items).where(items.c.id == item)).mappings().one())


def note_move(books: Connection, item: Item, before: ItemState | None, why: Why, run: str | None = None) -> None:
    """Write a step of the item's way into the books, within the transaction that makes the step."""
    row = {"item": item.id, "at": item.changed, "before": before, "after": item.state, "fence": item.fence}
    books.execute(insert(moves).values(**row, run=run or item.run, why=in_english(why), said=by_language(why)))


def _added(books: Connection, new: NewItem, state: ItemState, amends: int | None = None, effect: int | None = None) -> Item:
    now = datetime.now(UTC)
    row = insert(items).values(**asdict(new), state=state, amends=amends, effect=effect, fence=0, looks=0, added=now, changed=now)
    item = by_id(books, int(books.execute(row.returning(items.c.id)).scalar_one()))
    note_move(books, item, None, None)
    return item


def _adopted(books: Connection, new: NewItem, sent: Effect) -> Item:
    if sent.detail.get("sha256") != new.sha256:
        raise ItemStands(None, sent, same_bytes=False)
    return _added(books, new, "unknown", effect=sent.id)


def _same(item: Item, effect: Effect | None, new: NewItem) -> Item:
    if item.sha256 != new.sha256:
        raise ItemStands(item, effect, same_bytes=False)
    return item


def _make_room(books: Connection, new: NewItem, amends: int) -> Item:
    """An item that was never sent gives way to the one that amends it, and nobody need answer for it any more."""
    row = books.execute(select(items).where(items.c.id == amends).with_for_update()).mappings().first()
    if row is None or row["key"] != new.key:
        message = f"item {amends} is another matter than {new.key}"
        raise WrongState(message)
    item = as_item(row)
    if item.state in {*BEFORE_INTENT, "intent", "unknown", "accepted"} or (item.state == "held" and item.effect is not None):
        message = f"item {amends} is {item.state}: what became of it must be known first"
        raise WrongState(message)
    if item.state in {"planned", "held"}:
        now, asked = datetime.now(UTC), tables.questions
        books.execute(update(items).where(items.c.id == amends).values(state="cancelled", changed=now))
        note_move(books, by_id(books, amends), item.state, Text("moves.amended"))
        still_asked = update(asked).where(asked.c.item == amends, asked.c.kind == "held", asked.c.state == "open")
        books.execute(still_asked.values(state="expired", settled=now))
    return item


def _newest_item(books: Connection, key: str) -> Item | None:
    row = books.execute(select(items).where(items.c.key == key).order_by(items.c.id.desc()).limit(1)).mappings().first()
    return as_item(row) if row else None


def _refused_by_verdict(books: Connection, new: NewItem) -> Effect | None:
    """The sending of these bytes that a verdict has refused; a refusal without a receipt was the page's, and may have passed."""
    table = tables.effects
    wanted = select(table).where(
        table.c.kind == SUBMISSION, table.c.key == new.key, table.c.state == "refused", table.c.receipt.is_not(None)
    )
    sendings = [Effect(**row) for row in books.execute(wanted.order_by(table.c.id.desc())).mappings()]
    return next((sent for sent in sendings if sent.detail.get("sha256") == new.sha256), None)

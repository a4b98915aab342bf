"""The effect that sending a dossier is: intended before the click, settled by proofs; what an amendment replaced comes back.

Of all attempts at one matter at most one stands: intended and not settled, or confirmed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from robot.ledger import tables
from robot.ledger.item import PROOF_KINDS, SUBMISSION, Item, ItemStands, Proof
from robot.ledger.rows import Effect, WrongState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS_NEEDED = 2  # of proof, independent of one another
REPLACES = "supersedes"  # in an effect's detail: the number of the effect that it took the place of


def standing(books: Connection, key: str) -> Effect | None:
    """The attempt at this matter that stands, if one does."""
    table = tables.effects
    wanted = select(table).where(table.c.kind == SUBMISSION, table.c.key == key, table.c.state.in_(("intent", "confirmed")))
    row = books.execute(wanted).mappings().first()
    return Effect(**row) if row else None


def intended(books: Connection, held: Item, run: str, detail: Mapping[str, str]) -> int:
    """Write an intent for a held item; what it amends is superseded. Returns the effect's number.

    Raises:
        ItemStands: another attempt stands, and the item amends none.
    """
    table, now, known = tables.effects, datetime.now(UTC), {"sha256": held.sha256, "file": held.name, **detail}
    before = standing(books, held.key)
    if before is not None:
        if before.state != "confirmed" or held.amends is None:
            raise ItemStands(held, before, same_bytes=before.detail.get("sha256") == held.sha256)
        books.execute(update(table).where(table.c.id == before.id).values(state="superseded", settled=now))
        known[REPLACES] = str(before.id)
    same = select(table.c.attempt).where(table.c.kind == SUBMISSION, table.c.key == held.key)
    last = books.execute(same.order_by(table.c.attempt.desc()).limit(1)).scalar()
    row = insert(table).values(
        run=run,
        organisation=held.organisation,
        kind=SUBMISSION,
        key=held.key,
        attempt=(last or 0) + 1,
        state="intent",
        detail=known,
        intended=now,
    )
    return int(books.execute(row.returning(table.c.id)).scalar_one())


def settled(books: Connection, item: Item, after: str, **facts: Any) -> None:
    """The item's intent is settled; where it came to nothing, what it had superseded stands again, as it does at the portal.

    Raises:
        WrongState: it is settled already.
    """
    table = tables.effects
    change = update(table).where(table.c.id == item.effect, table.c.state == "intent").returning(table.c.detail)
    detail = books.execute(change.values(state=after, settled=datetime.now(UTC), **facts)).scalar()
    if detail is None:
        message = f"the sending of item {item.id} is settled already"
        raise WrongState(message)
    if after != "confirmed" and REPLACES in detail:
        replaced = update(table).where(table.c.id == int(detail[REPLACES]), table.c.state == "superseded")
        books.execute(replaced.values(state="confirmed"))


def check_proofs(receipt: Mapping[str, Any], proofs: Sequence[Proof]) -> None:
    """Refuse an acceptance that is not shown in two independent ways, all with the receipt's own number.

    Raises:
        WrongState: too few kinds, an unknown kind, no number, or another one.
    """
    kinds, number = {proof.kind for proof in proofs}, receipt.get("number")
    agreed = bool(number) and all(proof.number == number for proof in proofs)
    if not agreed or not kinds <= set(PROOF_KINDS) or len(kinds) < KINDS_NEEDED:
        shown = ", ".join(f"{proof.kind} shows {proof.number or 'none'}" for proof in proofs)
        message = f"no acceptance of {number or 'a dossier without number'}: {shown or 'no proof'}"
        raise WrongState(message)

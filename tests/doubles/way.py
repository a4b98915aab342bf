"""A dossier brought to any state of its way, for tests that begin in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.ledger.item import NewItem, Proof

if TYPE_CHECKING:
    from robot.ledger import Ledger
    from robot.ledger.item import Item, ItemState

KEY = "TZ0101A/600/11/2026/01"
NUMBER = "00001/2026/07906"
RECEIPT = {"kind": "dossier", "number": NUMBER, "at": ""}
PROOFS = (Proof("page", NUMBER), Proof("network", NUMBER))
SAID = {"en": "not taken", "vi": "không nhận"}
LEASE_S = 600.0


def new(key: str = KEY, letter: str = "a", organisation: str = "hoa-binh") -> NewItem:
    """A dossier whose bytes are told apart by a letter."""
    return NewItem(organisation, key, f"/outbox/{letter}.xml", f"{letter}.xml", letter * 64, 1000)


def brought(ledger: Ledger, run: str, state: ItemState, dossier: NewItem | None = None, amends: int | None = None) -> Item:
    """A new dossier, moved by the protocol until it is in this state; where that state is a run's, `run` has it."""
    books = ledger.protocol
    item = ledger.queue.plan(dossier or new(), amends)
    if state == "planned":
        return item
    claimed = books.claim(run, LEASE_S, item=item.id)
    assert claimed is not None
    item = claimed
    for name, step in (("prepared", books.prepared), ("signed", books.signed), ("intent", lambda claim: books.intend(claim, {}))):
        if item.state == state:
            return item
        if state == "refused" and name == "prepared":
            return books.refuse(item, SAID)
        if state == "held" and name == "prepared":
            return books.hold(item, SAID)
        item = step(item)
    if state == "unknown":
        return books.lose_sight(item, "no answer")
    if state in {"accepted", "done"}:
        item = books.accept(item, RECEIPT, PROOFS)
    return books.done(item) if state == "done" else item

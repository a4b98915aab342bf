r"""The way of a dossier to the portal: sent once, whatever breaks on the way. Every method is one step, on disk when it returns.

    planned -> claimed -> prepared -> signed -> intent (before the click) -> accepted (two kinds of proof) -> done
                                                  \-> unknown -> looked up -> accepted | absent | inconclusive
    absent twice, the portal's lag apart, each time beside a dossier that is found -> planned;  inconclusive -> held

Before the intent anything may be begun again; after it nothing is, except a look-up. A claim is known by its fence, a number
that grows: a run that has lost its claim cannot write an intent, and so does not click.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from robot.ledger import tables
from robot.ledger.item import BEFORE_INTENT, OWNED, Item, ItemState, LostLease, Proof
from robot.ledger.queue import as_item, by_id, note_move
from robot.ledger.queue_tables import items
from robot.ledger.rows import WrongState
from robot.ledger.runs import check_running
from robot.ledger.sending import check_proofs, intended, settled
from robot.ledger.why import Why, in_english
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger.item import FaultsSaid
    from robot.ledger.store import Store

LOOKS = 2  # so often a dossier must be proved absent before it is sent again


class Protocol:
    """The part of the books that moves dossiers along.

    Every method that takes a claim (an item as `claim` gave it) raises `LostLease` where the claim holds no longer, and
    `WrongState` where the item is not where the step begins.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, run: str, lease_s: float, *, item: int | None = None, organisation: str | None = None) -> Item | None:
        """Take an item for a running run: the given one, due or not, or the organisation's next one that is due; None without.

        An item whose sending is unknown is taken before any new one, and stays unknown: it is looked up, never sent. A run takes
        items of its own organisation only: its browser is logged in there, and its token signs for it.
        """
        now = datetime.now(UTC)
        due = or_(items.c.not_before.is_(None), items.c.not_before <= now)
        which = items.c.id == item if item is not None else due
        with self._store.writing() as books:
            whose = check_running(books, run)
            if organisation not in {None, whose}:
                message = f"run {run} is for {whose}, not {organisation}"
                raise WrongState(message)
            for state in ("unknown", "planned"):
                wanted = select(items).where(items.c.run.is_(None), items.c.organisation == whose, which, items.c.state == state)
                ordered = wanted.order_by(items.c.priority.desc(), items.c.id).limit(1).with_for_update(skip_locked=True)
                row = books.execute(ordered).mappings().first()
                if row is not None:
                    taken = as_item(row)
                    facts = {"run": run, "fence": taken.fence + 1, "lease": now + timedelta(seconds=lease_s), "not_before": None}
                    return _put(books, taken, "claimed" if state == "planned" else "unknown", None, **facts)
        return None

    def renew(self, claim: Item, lease_s: float) -> Item:
        """The run is alive and needs the item longer."""
        with self._store.writing() as books:
            lease = datetime.now(UTC) + timedelta(seconds=lease_s)
            books.execute(update(items).where(_held(claim)).values(lease=lease))
            return _mine(books, claim)

    def prepared(self, claim: Item) -> Item:
        """The file is chosen and the form to choose a signature has appeared."""
        return self._step(claim, ("claimed",), "prepared")

    def signed(self, claim: Item) -> Item:
        """The dossier carries its signatures, and the certificate for the sending is chosen."""
        return self._step(claim, ("prepared",), "signed")

    def intend(self, claim: Item, detail: Mapping[str, str]) -> Item:
        """Commit the intent; only when this has returned may the click follow. What the item amends is superseded by it.

        Raises:
            ItemStands: the portal has this matter, and the item was not planned as an amendment.
        """
        with self._store.writing() as books:
            held = _mine(books, claim, "signed")
            if held.lease is None or held.lease <= datetime.now(UTC) or held.run is None:
                raise LostLease(claim.id, claim.fence)
            check_running(books, held.run)
            effect = intended(books, held, held.run, detail)
            return _put(books, held, "intent", None, effect=effect, looks=0, looked=None)

    def accept(self, claim: Item, receipt: Mapping[str, Any], proofs: Sequence[Proof]) -> Item:
        """The portal has it: a receipt, seen in two independent ways that show one number."""
        check_proofs(receipt, proofs)
        with self._store.writing() as books:
            held = _mine(books, claim, "intent", "unknown")
            settled(books, held, "confirmed", receipt=dict(receipt), proofs=[proof.__dict__ for proof in proofs])
            return _put(books, held, "accepted", None, run=None, lease=None)

    def done(self, item: Item) -> Item:
        """Nothing is left to do for an accepted item: its file is in the archive. Said twice, it is done all the same."""
        with self._store.writing() as books:
            # Locked: on a server, whoever takes over from dead runs may be saying it at this moment.
            now = as_item(books.execute(select(items).where(items.c.id == item.id).with_for_update()).mappings().one())
            if now.state == "done":
                return now
            if now.state != "accepted":
                message = f"item {item.id} is {now.state}, not accepted"
                raise WrongState(message)
            return _put(books, now, "done", None)

    def refuse(self, claim: Item, said: Mapping[str, str], faults: FaultsSaid | None = None) -> Item:
        """The portal has said no in words, or the check before the sending has: it is not tried again by itself."""
        with self._store.writing() as books:
            held = _mine(books, claim, *BEFORE_INTENT, "intent")
            if held.state == "intent":
                settled(books, held, "refused", said=said["en"])
            facts = {"run": None, "lease": None, "said": dict(said), "faults": dict(faults) if faults else None}
            return _put(books, held, "refused", said, **facts)

    def turn_away(self, claim: Item, said: str | Text) -> Item:
        """The portal has said in words that it did not take it, for a reason outside the dossier (signed out): planned anew."""
        with self._store.writing() as books:
            held = _mine(books, claim, "intent")
            settled(books, held, "refused", said=in_english(said))
            return _put(books, held, "planned", said, run=None, lease=None, effect=None)

    def lose_sight(self, claim: Item, why: Why) -> Item:
        """After the intent, nothing tells whether the portal has it: from here on it is only looked up."""
        with self._store.writing() as books:
            held = _mine(books, claim, "intent")
            return _put(books, held, "unknown", why, run=None, lease=None)

    def saw_absent(self, claim: Item, control: str, lag_s: float) -> Item:
        """A look-up did not show it, and did show `control`, a dossier known to be there; the second such look frees it.

        Two looks count when each came at least `lag_s` seconds after what was before it (the intent, the first look); a clock
        that is set forward once can shorten one of the two, and the other still stands.

        Raises:
            WrongState: no control is named.
        """
        if not control:
            message = f"item {claim.id}: absence without a dossier known to be there proves nothing"
            raise WrongState(message)
        now, lag = datetime.now(UTC), timedelta(seconds=lag_s)
        with self._store.writing() as books:
            held = _mine(books, claim, "unknown")
            sent = select(tables.effects.c.intended).where(tables.effects.c.id == held.effect)
            before = held.looked or books.execute(sent).scalar_one()
            counts = now - before >= lag
            looks, looked = (held.looks + 1, now) if counts else (held.looks, held.looked)
            why = Text("moves.absent" if counts else "moves.absent_early", {"look": looks, "control": control})
            if looks >= LOOKS:
                proofs = [Proof("lookup", "", f"absent {looks} times beside {control}").__dict__]
                settled(books, held, "absent", proofs=proofs)
                return _put(books, held, "planned", why, run=None, lease=None, effect=None, looks=0, looked=None)
            again = (looked or before) + lag
            return _put(books, held, "unknown", why, run=None, lease=None, looks=looks, looked=looked, not_before=again)

    def postpone(self, claim: Item, why: Why, seconds: float) -> Item:
        """It cannot be looked up, or begun, just now: give it back for later, as it is."""
        with self._store.writing() as books:
            held = _mine(books, claim, *BEFORE_INTENT, "unknown")
            state: ItemState = "unknown" if held.state == "unknown" else "planned"
            again = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
            return _put(books, held, state, why, run=None, lease=None, not_before=again)

    def hold(self, claim: Item, said: Mapping[str, str]) -> Item:
        """The look-up says neither yes nor no, or something is wrong that only a person can decide: a question is asked."""
        with self._store.writing() as books:
            held = _mine(books, claim, *BEFORE_INTENT, "unknown")
            return hold_within(books, held, said)

    def recover(self) -> list[Item]:
        """Take items from runs that have ended or whose lease is over: back to planned before the intent, to unknown after it.

        An accepted item that has no file to archive is done: whoever had it accepted can have ended before it said so.
        """
        now, running = datetime.now(UTC), tables.runs.c.outcome == "running"
        lives = select(tables.runs.c.id).where(running)
        # By state, which has an index: these are few, however many dossiers there are.
        taken = and_(items.c.state.in_((*OWNED, "unknown")), items.c.run.is_not(None))
        lost = and_(taken, or_(items.c.run.not_in(lives), items.c.lease <= now))
        found: list[Item] = []
        with self._store.writing() as books:
            locked = select(items).where(lost).order_by(items.c.id).with_for_update(skip_locked=True)
            for row in books.execute(locked).mappings().all():
                item = as_item(row)
                # On a server a run that began meanwhile may have it by now: asked again, now that nobody else can take it.
                owner = books.execute(select(tables.runs.c.id).where(running, tables.runs.c.id == item.run)).first()
                if owner is not None and item.lease is not None and item.lease > now:
                    continue
                state: ItemState = "planned" if item.state in BEFORE_INTENT else "unknown"
                found.append(_put(books, item, state, Text("moves.run_lost", {"run": item.run}), run=None, lease=None))
            over = select(items).where(items.c.state == "accepted", items.c.source != "outbox").with_for_update(skip_locked=True)
            for row in books.execute(over).mappings().all():
                _put(books, as_item(row), "done", Text("moves.run_ended"))
        return found

    def _step(self, claim: Item, before: tuple[ItemState, ...], after: ItemState) -> Item:
        with self._store.writing() as books:
            return _put(books, _mine(books, claim, *before), after, None)


def hold_within(books: Connection, item: Item, said: Mapping[str, str]) -> Item:
    """Hold an item and ask a person about it, in one transaction: nothing is held without its question."""
    held = _put(books, item, "held", said, run=None, lease=None, said=dict(said), not_before=None)
    choices = ["sent", "absent", "cancel"] if held.effect is not None else ["retry", "cancel"]
    table = tables.questions
    row = {
        "item": held.id,
        "organisation": held.organisation,
        "kind": "held",
        "picture": "",
        "state": "open",
        "asked": held.changed,
    }
    books.execute(insert(table).values(**row, run=item.run, said=dict(said), choices=choices))
    return held


def move(books: Connection, item: Item, after: ItemState, why: Why, **facts: Any) -> Item:
    """Put an item into a state, by a person's word, within a transaction; the books keep who and why."""
    return _put(books, item, after, why, **facts)


def _held(claim: Item) -> ColumnElement[bool]:
    return (items.c.id == claim.id) & (items.c.fence == claim.fence) & (items.c.run == claim.run)


def _mine(books: Connection, claim: Item, *states: ItemState) -> Item:
    row = books.execute(select(items).where(_held(claim)).with_for_update()).mappings().first()
    if row is None:
        raise LostLease(claim.id, claim.fence)
    item = as_item(row)
    if states and item.state not in states:
        message = f"item {item.id} is {item.state}, not {' or '.join(states)}"
        raise WrongState(message)
    return item


def _put(books: Connection, item: Item, after: ItemState, why: Why, **facts: Any) -> Item:
    change = update(items).where(items.c.id == item.id, items.c.state == item.state, items.c.fence == item.fence)
    if books.execute(change.values(state=after, changed=datetime.now(UTC), **facts)).rowcount != 1:
        raise LostLease(item.id, item.fence)
    moved = by_id(books, item.id)
    note_move(books, moved, item.state, why, item.run)
    return moved

"""What a person may do with a dossier in the queue, and how a held one goes on by a person's word. What was sent stays sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, update

from robot.errors import NameUnknown, UsageError
from robot.ledger import tables
from robot.ledger.item import SUBMISSION, Item, Proof
from robot.ledger.protocol import hold_within, move
from robot.ledger.queue import as_item
from robot.ledger.queue_tables import items
from robot.ledger.sending import settled
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.ledger.rows import Question
    from robot.ledger.store import Store

# What a person may say of a held dossier: `sent` names the portal's number.
SENT, ABSENT, RETRY, CANCEL = "sent", "absent", "retry", "cancel"
BY_A_PERSON: Final = Text("moves.by_a_person")


class Care:
    """The part of the books in which people move dossiers.

    Every method raises `UsageError("item_state", …)` where the dossier is not in a state for it (with a run, ended), and
    `NameUnknown` where there is none of that number.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def hold(self, item: int, said: Mapping[str, str]) -> Item:
        """Take a planned dossier, or one that waits for its look-up, out of the night until a person releases it."""
        with self._store.writing() as books:
            return hold_within(books, _free(books, item, "hold", "planned", "unknown"), said)

    def release(self, item: int) -> Item:
        """A held dossier that was never sent is planned again; of one that was sent, its question must be answered."""
        with self._store.writing() as books:
            held = _free(books, item, "release", "held")
            if held.effect is not None:
                raise UsageError("item_sent", item=item, command="release")
            return _planned(books, held, RETRY)

    def retry(self, item: int) -> Item:
        """Now instead of later for one that waits; once more for one that the portal's page, or the token, has refused.

        One that a verdict refused is not sent again as it is, nor is one of a matter that has another dossier by now.
        """
        with self._store.writing() as books:
            found = _free(books, item, "retry", "planned", "unknown", "held", "refused")
            if found.state in {"planned", "unknown"}:
                return move(books, found, found.state, BY_A_PERSON, not_before=None)
            if found.state == "held":
                if found.effect is not None:
                    raise UsageError("item_sent", item=item, command="retry")
                return _planned(books, found, RETRY)
            newer = select(items.c.id).where(items.c.key == found.key, items.c.id > found.id).order_by(items.c.id.desc()).limit(1)
            other = books.execute(newer).scalar()
            if other is not None:
                raise UsageError("item_has_newer", item=item, newer=other)
            if _verdict_refused(books, found):
                raise UsageError("item_verdict", item=item)
            return move(books, found, "planned", BY_A_PERSON, effect=None, looks=0, looked=None, not_before=None)

    def cancel(self, item: int) -> Item:
        """Give a dossier up that was not sent. One that was sent, and nobody knows, is given up by answering its question."""
        with self._store.writing() as books:
            found = _free(books, item, "cancel", "planned", "held")
            if found.effect is not None:
                raise UsageError("item_sent", item=item, command="cancel")
            _settle_questions(books, found, CANCEL)
            return move(books, found, "cancelled", BY_A_PERSON)

    def decide(self, question: Question, answer: str) -> Item:
        """Move a held dossier on by a person's answer to its question: `sent NUMBER`, `absent`, `retry` or `cancel`.

        `sent` is one proof: the number is looked up at the portal for the other, so the dossier waits for its look-up. `absent`
        plans it again. `cancel` gives it up; where it was sent, its sending stays in the books as it is, and is looked up first
        if the same file ever comes again.

        Raises:
            UsageError: `answer_wrong`, the answer is none of the question's choices; `question_settled`.
        """
        word, _, number = answer.strip().partition(" ")
        word, number = word.lower(), number.strip()
        if word not in (question.choices or ()) or bool(number) != (word == SENT) or question.item is None:
            choices = ", ".join(f"{choice} NUMBER" if choice == SENT else choice for choice in question.choices or ())
            raise UsageError("answer_wrong", question=question.id, choices=choices)
        with self._store.writing() as books:
            if not _answered(books, question.id, f"{word} {number}".strip()):
                raise UsageError("question_settled", question=question.id)
            held = _free(books, question.item, word, "held")
            if word == SENT:
                return move(
                    books, held, "unknown", Text("moves.said_sent", {"number": number}), not_before=None, looks=0, looked=None
                )
            if word == ABSENT:
                settled(books, held, "absent", proofs=[Proof("person", "", "absent").__dict__])
                facts = {"effect": None, "looks": 0, "looked": None, "not_before": None}
                return move(books, held, "planned", Text("moves.said_absent"), **facts)
            return move(books, held, "planned" if word == RETRY else "cancelled", BY_A_PERSON, not_before=None)

    def number_said(self, item: int) -> str | None:
        """The number that a person has named for a dossier whose sending nobody saw: the last such answer, if it was that."""
        table = tables.questions
        wanted = select(table.c.answer).where(table.c.item == item, table.c.kind == "held", table.c.state == "answered")
        with self._store.reading() as books:
            answer = books.execute(wanted.order_by(table.c.id.desc()).limit(1)).scalar() or ""
        word, _, number = answer.partition(" ")
        return number if word == SENT else None


def _free(books: Connection, item: int, command: str, *states: str) -> Item:
    row = books.execute(select(items).where(items.c.id == item).with_for_update()).mappings().first()
    if row is None:
        raise NameUnknown("item_unknown", name=str(item))
    found = as_item(row)
    if found.run is not None:
        raise UsageError("item_taken", item=item, run=found.run)
    if found.state not in states:
        raise UsageError("item_state", item=item, command=command, state=Text(f"item_states.{found.state}"))
    return found


def _planned(books: Connection, held: Item, answer: str) -> Item:
    _settle_questions(books, held, answer)
    return move(books, held, "planned", BY_A_PERSON, not_before=None)


def _settle_questions(books: Connection, item: Item, answer: str) -> None:
    table = tables.questions
    change = update(table).where(table.c.item == item.id, table.c.kind == "held", table.c.state == "open")
    books.execute(change.values(state="answered", answer=answer, settled=datetime.now(UTC)))


def _answered(books: Connection, question: int, answer: str) -> bool:
    table = tables.questions
    change = update(table).where(table.c.id == question, table.c.state == "open")
    return books.execute(change.values(state="answered", answer=answer, settled=datetime.now(UTC))).rowcount == 1


def _verdict_refused(books: Connection, item: Item) -> bool:
    """Whether a verdict has refused these bytes: the receipt stays with the effect."""
    table = tables.effects
    same = (table.c.kind == SUBMISSION) & (table.c.key == item.key) & (table.c.state == "refused") & table.c.receipt.is_not(None)
    details = books.execute(select(table.c.detail).where(same)).scalars()
    return any(detail.get("sha256") == item.sha256 for detail in details)

"""A person's answer to a question: handed to the run that waits for it, or what it is about goes on by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.drive.outbox import Outbox
from robot.drive.outbox.consent import CONSENT, decide
from robot.ledger.questions import LASTING
from robot.texts import Text

if TYPE_CHECKING:
    from robot.drive.office import Office


def answered(office: Office, number: int, text: str) -> Text:
    """Take an answer; returns what happens now, as a sentence.

    Raises:
        NameUnknown: there is no such question.
        UsageError: it is settled, is none of its answers, or is not answered here; or what it decides cannot be done (yet).
    """
    ledger = office.ledger
    ledger.reap()
    ledger.lapse()
    question = ledger.question(number)
    if question.kind == "held":
        item = ledger.care.decide(question, text)
        return Text("labels.answer_moved", {"item": item.id, "state": Text(f"item_states.{item.state}")})
    if question.kind == CONSENT and question.item is not None:
        planned = decide(office, Outbox(office).folders(str(question.organisation)), question, text)
        if planned is None:
            return Text("labels.consent_refused_now")
        return Text("labels.answer_moved", {"item": planned.id, "state": Text(f"item_states.{planned.state}")})
    ledger.answer(number, text.strip())
    taken = "answer_next" if question.kind in LASTING else "answer_taken"
    return Text(f"labels.{taken}", {"run": question.run or "-", "organisation": question.organisation or "-"})

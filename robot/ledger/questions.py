"""Questions to people: that one was asked, and what became of it; never the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from robot.ledger import tables
from robot.ledger.rows import Question, QuestionState, WrongState
from robot.ledger.runs import check_running

if TYPE_CHECKING:
    from pathlib import Path

    from robot.ledger.store import Store


class Questions:
    """The part of the books about questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, run: str, kind: str, picture: Path) -> int:
        """Write down that a running run asks a person; returns the question's id."""
        with self._store.writing() as books:
            check_running(books, run)
            row = insert(tables.questions).values(run=run, kind=kind, picture=str(picture), state="open", asked=datetime.now(UTC))
            return int(books.execute(row.returning(tables.questions.c.id)).scalar_one())

    def answered(self, question: int) -> None:
        """A person has answered an open question."""
        self._settle_question(question, "answered")

    def expired(self, question: int) -> None:
        """An open question was not answered in time."""
        self._settle_question(question, "expired")

    def questions(self, run: str) -> list[Question]:
        """The questions of a run in their order."""
        wanted = select(tables.questions).where(tables.questions.c.run == run).order_by(tables.questions.c.id)
        with self._store.reading() as books:
            return [Question(**row) for row in books.execute(wanted).mappings()]

    def _settle_question(self, question: int, state: QuestionState) -> None:
        table = tables.questions
        change = update(table).where(table.c.id == question, table.c.state == "open")
        with self._store.writing() as books:
            if books.execute(change.values(state=state, settled=datetime.now(UTC))).rowcount != 1:
                message = f"question {question} is not open"
                raise WrongState(message)

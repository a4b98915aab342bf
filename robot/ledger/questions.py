"""Questions to people: that one was asked, what became of it, and the answer where that is no secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select, update

from robot.errors import NameUnknown, UsageError
from robot.ledger import tables
from robot.ledger.rows import Question, QuestionState, WrongState
from robot.ledger.runs import check_running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from robot.ledger.item import Item
    from robot.ledger.store import Store

# Whose answers a run reads from the books; those of `held` move a dossier (`ledger.care`).
WRITTEN = ("captcha", "consent", "activation")
LASTING = ("activation", "consent")  # for the next run to read: it outlives the one that asks


class Questions:
    """The part of the books about questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(
        self,
        run: str,
        kind: str,
        picture: Path | None = None,
        expires_s: float | None = None,
        *,
        said: Mapping[str, str] | None = None,
        choices: Sequence[str] | None = None,
    ) -> int:
        """Write down that a running run asks a person, for so many seconds; returns the question's id.

        `said` is what it is about, a sentence a language; `choices` are the answers that are taken, any where there are none.
        """
        now = datetime.now(UTC)
        with self._store.writing() as books:
            organisation = check_running(books, run)
            row = insert(tables.questions).values(
                run=run,
                organisation=organisation,
                kind=kind,
                picture=str(picture or ""),
                said=dict(said) if said else None,
                choices=list(choices) if choices else None,
                state="open",
                asked=now,
                expires=now + timedelta(seconds=expires_s) if expires_s is not None else None,
            )
            return int(books.execute(row.returning(tables.questions.c.id)).scalar_one())

    def ask_about(
        self, item: Item, kind: str, file: Path, expires_s: float, said: Mapping[str, str], choices: Sequence[str]
    ) -> int:
        """Write down that a person is asked about a dossier and a file, with no run waiting; returns the question's id."""
        now = datetime.now(UTC)
        facts = {"item": item.id, "organisation": item.organisation, "kind": kind, "picture": str(file), "state": "open"}
        asked = {"said": dict(said), "choices": list(choices), "asked": now, "expires": now + timedelta(seconds=expires_s)}
        row = insert(tables.questions).values(**facts, **asked)
        with self._store.writing() as books:
            return int(books.execute(row.returning(tables.questions.c.id)).scalar_one())

    def asked_about(self, file: Path) -> Question | None:
        """The last question about a file, whatever became of it."""
        table = tables.questions
        wanted = select(table).where(table.c.kind == "consent", table.c.picture == str(file)).order_by(table.c.id.desc()).limit(1)
        with self._store.reading() as books:
            row = books.execute(wanted).mappings().first()
        return Question(**row) if row else None

    def question(self, question: int) -> Question:
        """The question of this number.

        Raises:
            NameUnknown: `question_unknown`.
        """
        with self._store.reading() as books:
            row = books.execute(select(tables.questions).where(tables.questions.c.id == question)).mappings().first()
        if row is None:
            raise NameUnknown("question_unknown", name=str(question))
        return Question(**row)

    def open_questions(self, organisation: str | None = None) -> list[Question]:
        """What waits for a person, the oldest first; see `lapse` for those nobody waits for any more."""
        table = tables.questions
        wanted = select(table).where(table.c.state == "open").order_by(table.c.id)
        if organisation is not None:
            wanted = wanted.where(table.c.organisation == organisation)
        with self._store.reading() as books:
            return [Question(**row) for row in books.execute(wanted).mappings()]

    def newest_question(self, kind: str, organisation: str) -> Question | None:
        """The last question of a kind about an organisation, not about a dossier of it, whatever became of it."""
        table = tables.questions
        wanted = select(table).where(table.c.kind == kind, table.c.organisation == organisation, table.c.item.is_(None))
        with self._store.reading() as books:
            row = books.execute(wanted.order_by(table.c.id.desc()).limit(1)).mappings().first()
        return Question(**row) if row else None

    def answer(self, question: int, text: str) -> None:
        """Write a person's answer down, for the run that waits for it; kinds whose answer may be a secret are refused.

        Raises:
            UsageError: `question_settled`, `question_elsewhere` (not a kind whose answers are written down), `answer_wrong`
                (none of its choices).
        """
        asked = self.question(question)
        if asked.kind not in WRITTEN:
            raise UsageError("question_elsewhere", question=question, kind=asked.kind)
        if asked.choices:
            text = text.lower()
            if text not in asked.choices:
                raise UsageError("answer_wrong", question=question, choices=", ".join(asked.choices))
        try:
            self._settle_question(question, "answered", answer=text)
        except WrongState as wrong:
            raise UsageError("question_settled", question=question) from wrong

    def lapse(self) -> int:
        """Settle questions that nobody waits for: their time is over, or their run has ended.

        A held dossier's, and those that the next start goes by, wait for ever.
        """
        table, now = tables.questions, datetime.now(UTC)
        ended = select(tables.runs.c.id).where(tables.runs.c.outcome != "running")
        left = table.c.item.is_(None) & table.c.kind.not_in(LASTING) & table.c.run.in_(ended)
        over = or_(table.c.expires <= now, left)
        with self._store.writing() as books:
            change = update(table).where(table.c.state == "open", over)
            return books.execute(change.values(state="expired", settled=now)).rowcount

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

    def _settle_question(self, question: int, state: QuestionState, answer: str | None = None) -> None:
        table = tables.questions
        change = update(table).where(table.c.id == question, table.c.state == "open")
        with self._store.writing() as books:
            if books.execute(change.values(state=state, answer=answer, settled=datetime.now(UTC))).rowcount != 1:
                message = f"question {question} is not open"
                raise WrongState(message)

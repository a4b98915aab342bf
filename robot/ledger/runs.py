"""Runs and their steps."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Update, insert, select, update
from sqlalchemy.exc import IntegrityError

from robot.clock import VIETNAM
from robot.errors import NameUnknown
from robot.ledger import owner, tables
from robot.ledger.rows import OUTCOMES, Run, Step, TokenBusy, WrongState
from robot.ledger.waits import begin_wait, end_expired, let_go, take_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger.store import Store
    from robot.ledger.waits import NewWait

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those taken for one another


class Runs:
    """The part of the books about runs and steps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin_run(
        self,
        flow: str,
        organisation: str,
        parameters: Mapping[str, str],
        evidence: Path,
        *,
        night: int | None = None,
        session: str | None = None,
    ) -> str:
        """Write down that this process begins a run; returns its id, such as `20261122-151233-k3f7q` (time in Vietnam).

        What an earlier run of the same flow, organisation and parameters waits for is taken up by this one.
        `evidence` is the folder under which the run's own, named by the id, lies: `evidence/20261122-151233-k3f7q`.
        """
        machine, process, process_started = owner.this_process()
        now = datetime.now(UTC)
        with self._store.writing() as books:
            run = _new_id(books)
            books.execute(
                insert(tables.runs).values(
                    id=run,
                    flow=flow,
                    organisation=organisation,
                    parameters=dict(parameters),
                    evidence=str(evidence / run),
                    outcome="running",
                    started=now,
                    machine=machine,
                    process=process,
                    process_started=process_started,
                    night=night,
                    session=session,
                )
            )
            take_up(books, run, flow, organisation, parameters, now)
        return run

    def end_run(
        self,
        run: str,
        outcome: str,
        receipt: Mapping[str, Any] | None = None,
        finding: Mapping[str, Any] | None = None,
        alarms: Sequence[Mapping[str, str]] = (),
        wait: NewWait | None = None,
    ) -> None:
        """Write down how a running run ended, and what of it a person must look into.

        One that ends as `waiting` says what for (`wait`), which is a row of its own in the same transaction; no other does.
        """
        _check_end(outcome)
        if (outcome == "waiting") != (wait is not None):
            message = f"run {run} ends as {outcome} and {'waits' if wait else 'does not say what it waits for'}"
            raise WrongState(message)
        facts = {
            "receipt": dict(receipt) if receipt else None,
            "finding": dict(finding) if finding else None,
            "alarms": [dict(alarm) for alarm in alarms] or None,
        }
        change = update(tables.runs).where(tables.runs.c.id == run, tables.runs.c.outcome == "running")
        now = datetime.now(UTC)
        with self._store.writing() as books:
            _one(books, change.values(outcome=outcome, ended=now, **facts), f"run {run}")
            if wait is not None:
                begin_wait(books, run, wait, now)

    def note_signing(self, run: str, signing: Mapping[str, Any], token: str | None = None) -> None:
        """Write down who signs in a running run and by whose consent, and take the token (its serial) for it.

        Raises:
            TokenBusy: another running run has the token.
        """
        change = update(tables.runs).where(tables.runs.c.id == run, tables.runs.c.outcome == "running")
        try:
            with self._store.writing() as books:
                _one(books, change.values(signing=dict(signing), token=token), f"run {run}")
        except IntegrityError as taken:
            raise TokenBusy(token) from taken

    def run(self, run: str) -> Run:
        """The run of this id.

        Raises:
            NameUnknown: `run_unknown`.
        """
        with self._store.reading() as books:
            row = books.execute(select(tables.runs).where(tables.runs.c.id == run)).one_or_none()
        if row is None:
            raise NameUnknown("run_unknown", name=run)
        return _run(row)

    def runs(self, limit: int, organisation: str | None = None, flow: str | None = None, outcome: str | None = None) -> list[Run]:
        """The newest runs first, at most `limit`, only those that fit what is given."""
        wanted = select(tables.runs).order_by(tables.runs.c.started.desc(), tables.runs.c.id.desc()).limit(limit)
        for column, value in (("organisation", organisation), ("flow", flow), ("outcome", outcome)):
            if value is not None:
                wanted = wanted.where(tables.runs.c[column] == value)
        with self._store.reading() as books:
            return [_run(row) for row in books.execute(wanted)]

    def runs_within(self, session: str) -> list[Run]:
        """The runs that used a session's browser, in the order they began."""
        wanted = select(tables.runs).where(tables.runs.c.session == session).order_by(tables.runs.c.started, tables.runs.c.id)
        with self._store.reading() as books:
            return [_run(row) for row in books.execute(wanted)]

    def begin_step(self, run: str, name: str) -> int:
        """Write down that a step of a running run begins; returns the step's id."""
        with self._store.writing() as books:
            check_running(books, run)
            row = insert(tables.steps).values(run=run, name=name, outcome="running", started=datetime.now(UTC))
            return int(books.execute(row.returning(tables.steps.c.id)).scalar_one())

    def end_step(self, step: int, outcome: str) -> None:
        """Write down how a running step ended."""
        _check_end(outcome)
        change = update(tables.steps).where(tables.steps.c.id == step, tables.steps.c.outcome == "running")
        with self._store.writing() as books:
            _one(books, change.values(outcome=outcome, ended=datetime.now(UTC)), f"step {step}")

    def steps(self, run: str) -> list[Step]:
        """The steps of a run in their order."""
        wanted = select(tables.steps).where(tables.steps.c.run == run).order_by(tables.steps.c.id)
        with self._store.reading() as books:
            return [Step(**row._mapping) for row in books.execute(wanted)]  # noqa: SLF001 - public in SQLAlchemy, named so

    def night_steps(self, night: int) -> list[Step]:
        """The steps of all runs of a night, in the order they began."""
        of_night = select(tables.runs.c.id).where(tables.runs.c.night == night)
        wanted = select(tables.steps).where(tables.steps.c.run.in_(of_night)).order_by(tables.steps.c.id)
        with self._store.reading() as books:
            return [Step(**row) for row in books.execute(wanted).mappings()]

    def reap(self) -> list[Run]:
        """Mark runs whose process has ended as `abandoned`, with their open steps; what they did outside stays as it is.

        What they had taken up waits again; what has waited for too long waits no more.
        """
        table = tables.runs
        with self._store.writing() as books:
            running = books.execute(select(table).where(table.c.outcome == "running").order_by(table.c.started)).all()
            lost = [row.id for row in running if owner.gone(row.machine, row.process, row.process_started)]
            end = {"outcome": "abandoned", "ended": datetime.now(UTC)}
            books.execute(update(table).where(table.c.id.in_(lost)).values(end))
            open_steps = tables.steps.c.run.in_(lost) & (tables.steps.c.outcome == "running")
            books.execute(update(tables.steps).where(open_steps).values(end))
            let_go(books, lost)
            end_expired(books, datetime.now(UTC))
            return [_run(row) for row in books.execute(select(table).where(table.c.id.in_(lost)).order_by(table.c.started))]


def check_running(books: Connection, run: str) -> str:
    """The organisation of a running run; `WrongState` when there is no such run, or it has ended."""
    row = books.execute(select(tables.runs).where(tables.runs.c.id == run)).one_or_none()
    if row is None or row.outcome != "running":
        message = f"run {run} is not running"
        raise WrongState(message)
    return str(row.organisation)


def check_abandoned(books: Connection, run: str) -> None:
    """`WrongState` when there is no such run, or nobody has seen it abandoned."""
    row = books.execute(select(tables.runs.c.outcome).where(tables.runs.c.id == run)).one_or_none()
    if row is None or row.outcome != "abandoned":
        message = f"run {run} was not abandoned"
        raise WrongState(message)


def _new_id(books: Connection) -> str:
    while True:
        random = "".join(secrets.choice(LETTERS) for _ in range(5))
        run = f"{datetime.now(VIETNAM):%Y%m%d-%H%M%S}-{random}"
        if books.execute(select(tables.runs.c.id).where(tables.runs.c.id == run)).one_or_none() is None:
            return run


def _check_end(outcome: str) -> None:
    if outcome == "running" or outcome not in OUTCOMES:
        message = f"nothing ends as {outcome}"
        raise WrongState(message)


def _one(books: Connection, change: Update, what: str) -> None:
    if books.execute(change).rowcount != 1:
        message = f"{what} is not running"
        raise WrongState(message)


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        flow=row.flow,
        organisation=row.organisation,
        parameters=row.parameters,
        evidence=Path(row.evidence),
        outcome=row.outcome,
        started=row.started,
        ended=row.ended,
        receipt=row.receipt,
        finding=row.finding,
        token=row.token,
        signing=row.signing,
        alarms=tuple(row.alarms or ()),
        night=row.night,
        session=row.session,
    )

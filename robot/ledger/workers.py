"""Workers: which machine takes whose work, the tokens plugged in there, and when each was last heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from robot.ledger import owner, tables
from robot.ledger.queue_tables import workers
from robot.ledger.store import one_at_a_time
from robot.ledger.waits import let_go

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger.store import Store


@dataclass(frozen=True)
class Worker:
    """A worker by its identity; `tokens` are serials with the keys of the organisations that they sign for. Times are UTC."""

    identity: str
    machine: str
    process: int
    process_started: float
    tokens: Mapping[str, Sequence[str]]
    started: datetime
    beat: datetime
    ended: datetime | None

    def alive(self, silence_s: float) -> bool:
        """Whether it has not ended, and was heard of within this time; on this machine its process is looked at, too."""
        heard = datetime.now(UTC) - self.beat < timedelta(seconds=silence_s)
        return self.ended is None and heard and not owner.gone(self.machine, self.process, self.process_started)


class WorkerStands(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """A living worker has this identity."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        super().__init__(f"worker {worker.identity} lives on {worker.machine}, process {worker.process}")


class Workers:
    """The part of the books about workers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def announce(self, identity: str, tokens: Mapping[str, Sequence[str]], silence_s: float) -> Worker:
        """This process is the worker of that name from now on; one that was silent for so long is no more.

        Raises:
            WorkerStands: another living process is it.
        """
        machine, process, started = owner.this_process()
        now = datetime.now(UTC)
        row: dict[str, Any] = {"machine": machine, "process": process, "process_started": started, "tokens": dict(tokens)}
        row |= {"started": now, "beat": now, "ended": None}
        with self._store.writing() as books:
            one_at_a_time(books, f"worker {identity}")
            found = books.execute(select(workers).where(workers.c.identity == identity)).mappings().first()
            if found is None:
                books.execute(insert(workers).values(identity=identity, **row))
            else:
                other = Worker(**found)
                if other.alive(silence_s) and (other.machine, other.process) != (machine, process):
                    raise WorkerStands(other)
                books.execute(update(workers).where(workers.c.identity == identity).values(**row))
        return Worker(identity=identity, **row)

    def beat(self, worker: Worker, tokens: Mapping[str, Sequence[str]]) -> bool:
        """The worker lives, with these tokens; False where another process has taken its name meanwhile."""
        return self._note(worker, tokens=dict(tokens), beat=datetime.now(UTC))

    def leave(self, worker: Worker) -> None:
        """The worker ends by its own will."""
        self._note(worker, ended=datetime.now(UTC))

    def workers(self) -> list[Worker]:
        """All that were ever heard of, by name."""
        with self._store.reading() as books:
            return [Worker(**row) for row in books.execute(select(workers).order_by(workers.c.identity)).mappings()]

    def abandon(self, run: str) -> bool:
        """A run that nobody is at any more, with its open steps; what it did outside stays as it is. False where it has ended.

        For runs whose machine cannot be looked at from here: their worker is silent, and their next write is refused.
        """
        end = {"outcome": "abandoned", "ended": datetime.now(UTC)}
        with self._store.writing() as books:
            change = update(tables.runs).where(tables.runs.c.id == run, tables.runs.c.outcome == "running")
            changed = books.execute(change.values(end)).rowcount == 1
            steps = update(tables.steps).where(tables.steps.c.run == run, tables.steps.c.outcome == "running")
            books.execute(steps.values(end))
            if changed:
                let_go(books, [run])
        return changed

    def on_this_machine(self, run: str) -> bool:
        """Whether a run is, or was, of this machine, where `reap` knows better than any silence."""
        machine = owner.this_process()[0]
        with self._store.reading() as books:
            return books.execute(select(tables.runs.c.machine).where(tables.runs.c.id == run)).scalar() == machine

    def _note(self, worker: Worker, **facts: object) -> bool:
        mine = (workers.c.identity == worker.identity) & (workers.c.started == worker.started) & workers.c.ended.is_(None)
        with self._store.writing() as books:
            return books.execute(update(workers).where(mine).values(**facts)).rowcount == 1

"""The queue engine (procrastinate): a queue a token in the books' own database; a job carries an item's number, nothing else.

A job is a nudge, never the truth: what may be done with the item is decided by its claim. The engine runs no job twice by
itself; one whose worker fell silent is taken off here, and what it was about goes to the look-up by way of the books.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from sqlalchemy import inspect

from robot.ledger.store import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from procrastinate.jobs import Job

    from robot.ledger.store import Store

DOSSIER, FLOW, NIGHT = "dossier", "flow", "night"
ANYWHERE = "anywhere"  # the queue of what needs no token


def queue_of(token: str) -> str:
    """The queue of a token, by its serial."""
    return f"token-{token}"


def make_tables(store: Store) -> None:
    """The engine's own tables beside the books', made once."""
    with store.rebuilding() as books:
        one_at_a_time(books, "queue engine")
        if not inspect(books).has_table("procrastinate_jobs"):
            from procrastinate.schema import SchemaManager  # noqa: PLC0415 - only a new server needs it

            raw = books.connection.driver_connection
            assert raw is not None  # noqa: S101 - for the type checker: the connection is open
            raw.execute(SchemaManager.get_schema())


class Engine:
    """The engine with its tasks: `dossier` runs an item's flow, `flow` takes up a run that waited, `night` is this machine's."""

    def __init__(
        self,
        store: Store,
        dossier: Callable[[int], Awaitable[None]],
        flow: Callable[[str], Awaitable[None]],
        night: Callable[[], Awaitable[None]],
    ) -> None:
        address = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)  # it holds none
        self.app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4))
        self._dossier = self.app.task(name=DOSSIER)(dossier)
        self._flow = self.app.task(name=FLOW)(flow)
        self._night = night

    def nightly(self, identity: str, cron: str) -> str:
        """Let a night begin by the clock, on this machine only; returns the queue it comes by."""
        queue = f"machine-{identity}"

        async def begin(timestamp: int) -> None:  # noqa: ARG001 - the engine gives the time that the job was for
            await self._night()

        task = self.app.task(name=f"{NIGHT}-{identity}", queue=queue, lock=queue, queueing_lock=queue)(begin)
        self.app.periodic(cron=cron, periodic_id=identity)(task)
        return queue

    async def defer(self, token: str, item: int, priority: int) -> None:
        """Put a job for the item into its token's queue, unless there is one; the lock lets one job of a token run at a time."""
        queue = queue_of(token)
        with contextlib.suppress(AlreadyEnqueued):
            job = self._dossier.configure(queue=queue, lock=queue, queueing_lock=f"item-{item}", priority=priority)
            await job.defer_async(item=item)

    async def defer_flow(self, run: str) -> None:
        """Put a job for a run that waited into the queue that every machine serves."""
        with contextlib.suppress(AlreadyEnqueued):
            await self._flow.configure(queue=ANYWHERE, lock=f"run-{run}", queueing_lock=f"run-{run}").defer_async(run=run)

    async def in_hand(self) -> set[int | str]:
        """Items and runs that some worker is at."""
        jobs = await self.app.job_manager.list_jobs_async(status=Status.DOING.value)
        return {_about(job) for job in jobs if job.task_name in {DOSSIER, FLOW}}

    async def take_off_stalled(self, silence_s: float) -> list[int | str]:
        """End the jobs whose worker is silent, so that their queue goes on; the items and runs that they were about."""
        found: list[int | str] = []
        manager = self.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silence_s):
            assert job.id is not None  # noqa: S101 - for the type checker: a stored job has its number
            await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=False)
            if job.task_name in {DOSSIER, FLOW}:
                found.append(_about(job))
        return found


def _about(job: Job) -> int | str:
    given = job.task_kwargs
    return int(str(given["item"])) if job.task_name == DOSSIER else str(given["run"])

"""What a worker does: announces its tokens, hands out what is due to their queues, and looks after what others left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from robot.drive.outbox import Outbox
from robot.drive.worker.engine import ANYWHERE, Engine, make_tables, queue_of
from robot.errors import NameUnknown, UsageError
from robot.flow.declare import discover, load
from robot.ledger.workers import WorkerStands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.drive.office import Office
    from robot.ledger import Run
    from robot.ledger.item import Item
    from robot.ledger.waits import Wait
    from robot.ledger.workers import Worker

Tokens = dict[str, list[str]]
Words = list[str]
Command = Callable[["Item | Run | None"], Words]


class Work:
    """One worker's life.

    `tokens` finds which tokens are here now, by serial; `command` says how an item's flow is run, a run is taken up, or (None)
    a night is made; `phrase` opens the vault's file for those, by a pipe.
    """

    def __init__(self, office: Office, tokens: Callable[[], Tokens], command: Command, phrase: str | None = None) -> None:
        self._office, self._identity, self._phrase = office, office.settings.worker.identity or platform.node(), phrase
        self._look_for, self._command = tokens, command
        self._settings = office.settings.worker
        self._tokens: Tokens = {}
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._children: set[asyncio.subprocess.Process] = set()
        self._tokenless = {name for name in discover() if not load(name).signatures}
        self._later: dict[int, float] = {}  # items that could not be moved just now, and when they are worth another try
        store = office.ledger.store
        self._engine = Engine(store, self._dossier, self._flow, self._night)

    async def until(self, stop: asyncio.Event) -> None:
        """Work until asked to stop; the dossier in hand is brought into a safe state first.

        Raises:
            UsageError: `worker_twice`.
        """
        ledger = self._office.ledger
        make_tables(ledger.store)
        self._tokens = await asyncio.to_thread(self._look_for)
        try:
            worker = ledger.workers.announce(self._identity, self._tokens, self._settings.silence_s)
        except WorkerStands as stands:
            other = stands.worker
            raise UsageError("worker_twice", identity=other.identity, machine=other.machine, pid=other.process) from stands
        async with self._engine.app.open_async():
            try:
                if self._settings.night:
                    self._open(self._engine.nightly(self._identity, self._settings.night))
                while not stop.is_set():
                    await self._look(worker)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), self._settings.look_s)
            finally:
                await self._end()
                ledger.workers.leave(worker)

    async def _look(self, worker: Worker) -> None:
        ledger = self._office.ledger
        if not self._children:  # a token that signs just now is not asked for its certificates
            self._tokens = await asyncio.to_thread(self._look_for)
        if not ledger.workers.beat(worker, self._tokens):
            raise UsageError("worker_twice", identity=self._identity, machine="?", pid="?")
        await self._take_over()
        await asyncio.to_thread(self._put_away)
        for serial in self._tokens:
            self._open(queue_of(serial))
        for queue in [queue for queue in self._lines if queue.startswith("token-")]:
            if queue.removeprefix("token-") not in self._tokens and not self._children:
                self._lines.pop(queue).cancel()
        self._open(ANYWHERE)
        await self._hand_out()

    async def _hand_out(self) -> None:
        """Jobs for what is due and in nobody's hand: runs that need no token, and the dossiers of the tokens here."""
        in_hand = await self._engine.in_hand()
        for wait in self._waiting():
            if wait.run not in in_hand:
                await self._engine.defer_flow(wait.run)
        for serial, organisations in self._tokens.items():
            due = self._due(organisations)
            lost = [item for item in due if item.state == "unknown"]
            for item in lost or due:
                if item.id not in in_hand:
                    await self._engine.defer(serial, item.id, item.priority)

    async def _take_over(self) -> None:
        """What silent workers had in hand: before the intent it is planned again, after it it is looked up."""
        ledger = self._office.ledger
        stalled = await self._engine.take_off_stalled(self._settings.silence_s)
        for about in stalled:
            with contextlib.suppress(NameUnknown):
                run = self._taker(about) if isinstance(about, str) else ledger.queue.item(about).run
                if run is not None and not ledger.workers.on_this_machine(run):
                    ledger.workers.abandon(run)
                logger.bind(action="worker.took_over", about=about, run=run).warning(self._identity)
        ledger.reap()
        ledger.protocol.recover()

    def _put_away(self) -> None:
        """Files of the outbox here whose dossiers are accepted go to the archive, as in a night; other machines have their own.

        Whoever had the dossier accepted may be gone, so that this is looked for, not waited for.
        """
        accepted = [item for keys in self._tokens.values() for key in keys for item in self._accepted(key)]
        for item in accepted:
            try:
                Outbox(self._office).archive(item)
            except (OSError, UsageError) as wrong:
                logger.bind(action="worker.archive", item=item.id).warning(str(wrong))

    def _accepted(self, organisation: str) -> list[Item]:
        found = self._office.ledger.queue.items(states=["accepted"], organisation=organisation)
        return [item for item in found if item.source == "outbox" and Path(item.file).is_file()]

    def _taker(self, run: str) -> str | None:
        """The run that went on with what this one waited for; abandoned, it lets that wait again, and the flow is handed out."""
        wait = self._office.ledger.waits.of(run)
        return wait.taken_up if wait is not None else None

    def _waiting(self) -> list[Wait]:
        """What is due of flows that sign nothing; what a person is waited for goes on when that person starts it."""
        ledger, due = self._office.ledger, []
        for wait in ledger.waits.due(("mail", "time")):
            run = ledger.run(wait.run)
            if run.night is None and run.flow in self._tokenless and not run.parameters:
                due.append(wait)
        return due

    def _due(self, organisations: Sequence[str]) -> list[Item]:
        now, queue = time.monotonic(), self._office.ledger.queue
        found = [item for key in organisations for item in queue.items(states=("planned", "unknown"), organisation=key)]
        due = [item for item in found if item.run is None and (item.not_before is None or item.not_before <= datetime.now(UTC))]
        # A sending that nobody saw the end of is looked up before anything new is sent.
        due.sort(key=lambda item: item.state != "unknown")
        return [item for item in due if self._later.get(item.id, 0) <= now]

    def _open(self, queue: str) -> None:
        """One engine worker a queue, one job at a time; one that broke off is begun anew."""
        line = self._lines.get(queue)
        if line is not None and not line.done():
            return
        if line is not None and not line.cancelled() and line.exception() is not None:
            logger.bind(action="worker.line_broke", queue=queue).warning(repr(line.exception()))
        run = self._engine.app.run_worker_async(
            queues=[queue],
            concurrency=1,
            name=f"{self._identity} {queue}",
            install_signal_handlers=False,
            fetch_job_polling_interval=self._settings.look_s,
            update_heartbeat_interval=self._settings.silence_s / 3,
            stalled_worker_timeout=self._settings.silence_s,
        )
        self._lines[queue] = asyncio.create_task(run, name=queue)

    async def _dossier(self, item: int) -> None:
        ledger = self._office.ledger
        found = ledger.queue.item(item)
        if found.state not in {"planned", "unknown"} or found.run is not None:
            return  # somebody was faster, or it is settled
        if found.state == "planned" and any(other.state == "unknown" for other in self._due([found.organisation])):
            return  # what nobody saw the end of comes first; this one is handed out again after it
        code = await self._run(self._command(found))
        after = ledger.queue.item(item)
        if after.state in {"planned", "unknown"}:
            self._later[item] = time.monotonic() + self._office.settings.submission.back_off_s
        logger.bind(action="worker.ran", item=item, code=code, state=after.state).info(self._identity)

    async def _flow(self, run: str) -> None:
        wait = self._office.ledger.waits.of(run)
        if wait is not None and wait.ended is None:  # else somebody was faster
            await self._run(self._command(self._office.ledger.run(run)))

    async def _night(self) -> None:
        await self._run(self._command(None))

    async def _run(self, words: Words) -> int:
        pipe: int | None = None
        if self._phrase is not None:
            pipe, way_in = os.pipe()
            os.write(way_in, self._phrase.encode())
            os.close(way_in)
            words = [*words, "--vault-fd", str(pipe)]
        passed = () if pipe is None else (pipe,)
        # Its standard output is for a program that asks one run; a worker's own stays free.
        quiet = asyncio.subprocess.DEVNULL
        try:
            child = await asyncio.create_subprocess_exec(*words, stdin=quiet, stdout=quiet, pass_fds=passed)
        finally:
            if pipe is not None:
                os.close(pipe)
        self._children.add(child)
        try:
            return await child.wait()
        finally:
            self._children.discard(child)

    async def _end(self) -> None:
        """No new job; a run in hand is asked to end by its own way, with what it has said to the books."""
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for line in self._lines.values():
            line.cancel()
        await asyncio.gather(*self._lines.values(), return_exceptions=True)

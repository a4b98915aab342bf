"""Short jobs on few tokens by several workers, cancelled and killed: a token's stand-in never has two users at once."""

import argparse
import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import psutil
from loguru import logger

from robot import settings
from robot.ledger import Ledger, TokenBusy
from robot.ledger.item import NewItem
from robot.signing.agent.lock import OsLock, token_lock
from tests.doubles.postgres import postgres
from tests.proof.crash import BOOKS

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

WORKERS, TOKENS, PRIORITIES = 3, 2, 3
HOLDS_S = (0.010, 0.050)
BUSY_S = 0.02
LOCK_WAIT_S = 10.0
TROUBLE_EVERY = 60  # a worker is cancelled or killed after so many jobs
ENDED_EARLY = 75
SAID = {"en": "done", "vi": "xong"}


@dataclass(frozen=True)
class Bench:
    """Where the workers find things: the books, the tokens' stand-ins; `guarded` is False for the run that must see overlaps."""

    home: Path
    url: str
    guarded: bool = True

    def books(self) -> Ledger:
        """The books."""
        return Ledger.open(settings.Ledger(url=self.url), self.home)

    @property
    def overlaps(self) -> Path:
        """A line for each time that a token in use was taken."""
        return self.home / "overlaps"

    def organisation(self, number: int) -> str:
        """The organisation whose token has this number."""
        return f"office-{number}"


@dataclass
class Used:
    """What came of it."""

    jobs: int
    overlaps: int
    unfinished: int
    out_of_order: int
    cancelled: int
    killed: int
    breaches: int
    seconds: float

    @property
    def good(self) -> bool:
        """Every job was done, and no token had two users."""
        return (self.overlaps, self.unfinished, self.breaches) == (0, 0, 0)


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when the unguarded run shows overlaps and the guarded one none."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof mutex", description=__doc__)
    parser.add_argument("--jobs", type=int, default=1800, help="over two tokens and three priorities, by three workers (1800)")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--books", choices=BOOKS, action="append", help="the database of the books (both)")
    given = parser.parse_args(arguments)
    good = True
    for books in given.books or BOOKS:
        with tempfile.TemporaryDirectory(prefix="mutex-") as name, contextlib.ExitStack() as stack:
            server = stack.enter_context(postgres()) if books == "postgres" else None
            for guarded in (False, True):
                home = Path(name) / str(guarded)
                home.mkdir()
                bench = Bench(home, server.database() if server else "", guarded)
                used = prove(bench, given.jobs if guarded else given.jobs // 6, given.seed)
                _say(f"{books}, guard {'on' if guarded else 'off'}: {used}")
                good &= used.good if guarded else used.overlaps > 0
    return 0 if good else 1


def prove(bench: Bench, jobs: int, seed: int, workers: int = WORKERS, trouble_every: int = TROUBLE_EVERY) -> Used:
    """Let the workers do all jobs, troubling them as they go."""
    begun, chance = time.monotonic(), Random(seed)  # noqa: S311 - trouble, no secret
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with bench.books() as ledger:
        _plan(ledger, bench, jobs, chance)

        def start() -> "BaseProcess":
            process = context.Process(target=work, args=(bench, chance.random()))
            process.start()
            return process

        running, cancelled, killed, mark = [start() for _ in range(workers)], 0, 0, trouble_every
        while running:
            time.sleep(0.05)
            for process in [process for process in running if not process.is_alive()]:
                process.join()
                running.remove(process)
                if process.exitcode != 0:
                    running.append(start())
            done = len(ledger.queue.items(states=("refused",)))
            if done >= mark and running:
                mark += trouble_every
                if chance.random() < 1 / 3:
                    running[0].terminate()
                    cancelled += 1
                else:
                    killed += _kill(chance.choice(running), chance)
        return Used(
            jobs,
            len(bench.overlaps.read_text(encoding="ascii").splitlines()) if bench.overlaps.exists() else 0,
            jobs - len(ledger.queue.items(states=("refused",))),
            _out_of_order(ledger),
            cancelled,
            killed,
            len(ledger.check().breaches),
            round(time.monotonic() - begun, 1),
        )


def _plan(ledger: Ledger, bench: Bench, jobs: int, chance: Random) -> None:
    for number in range(jobs):
        key = f"TZ{number // 99:04d}A/600/11/2026/{number % 99 + 1:02d}"
        priority = chance.randrange(PRIORITIES)
        organisation = bench.organisation(number % TOKENS)
        ledger.queue.plan(NewItem(organisation, key, "a.xml", "a.xml", "0" * 64, 1, priority=priority))


def _kill(worker: "BaseProcess", chance: Random) -> bool:
    """Kill -9: the worker, what uses the token for it, or both; the one that is left goes on as it can."""
    try:
        victims = [*psutil.Process(worker.pid).children(), psutil.Process(worker.pid)]
    except psutil.NoSuchProcess:
        return False
    if len(victims) > 1:
        victims = chance.choice((victims[:1], victims[-1:], victims))
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    return True


def _out_of_order(ledger: Ledger) -> int:
    """How often a job was first taken although one of a higher priority waited for the same token."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for item in ledger.queue.items():
        claims = [move.id for move in ledger.queue.moves(item.id) if move.after == "claimed"]
        if claims:
            taken.setdefault(item.organisation, []).append((claims[0], item.priority))
    ways = ([priority for _, priority in sorted(way)] for way in taken.values())
    return sum(any(later > first for later in way[at + 1 :]) for way in ways for at, first in enumerate(way))


def work(bench: Bench, seed: float) -> None:
    """A worker: takes what is due of whichever token is free, until nothing is; asked to stop, it ends after the job in hand."""
    logger.disable("robot")
    chance, asked = Random(seed), []  # noqa: S311 - no secret
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    with bench.books() as ledger:
        while True:
            ledger.reap()
            ledger.protocol.recover()
            for _ in range(20):
                if asked:
                    sys.exit(ENDED_EARLY)
                _job(ledger, bench, chance.randrange(TOKENS), chance)
            if not ledger.queue.items(states=("planned", "claimed"), limit=1):
                return


def _job(ledger: Ledger, bench: Bench, number: int, chance: Random) -> None:
    if bench.guarded and any(run.token == f"TOKEN{number}" for run in ledger.runs(WORKERS, outcome="running")):
        time.sleep(chance.random() * BUSY_S)  # to ask costs less than to be refused; who asks at once is refused all the same
        return
    run = ledger.begin_run("submit", bench.organisation(number), {}, bench.home)
    outcome = "cancelled"
    try:
        if bench.guarded:
            ledger.note_signing(run, {"signer": "pkcs11"}, f"TOKEN{number}")
        claim = ledger.protocol.claim(run, 60)
        if claim is not None:
            outcome = "done" if _uses(bench, number, chance.uniform(*HOLDS_S)) else "failed"
            if outcome == "done":
                ledger.protocol.refuse(claim, SAID)
            else:
                ledger.protocol.postpone(claim, "what used the token has died", 0)
    except TokenBusy:
        time.sleep(chance.random() * BUSY_S)
    ledger.end_run(run, outcome)


def _uses(bench: Bench, number: int, seconds: float) -> bool:
    """A process of its own has the token, as a browser has; it outlives a worker that is killed. Whether it did its work."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            lock = OsLock.acquire(token_lock(f"{bench.home} {number}"), LOCK_WAIT_S) if bench.guarded else None
            _hold(bench, number, seconds)
            if lock is not None:
                lock.release()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0


def _hold(bench: Bench, number: int, seconds: float) -> None:
    """Have the token's stand-in: its file is made by O_EXCL, and there for as long as it is used."""
    file = bench.home / f"token-{number}"
    while True:
        try:
            held = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            if _in_use(file):
                with bench.overlaps.open("a", encoding="ascii") as overlaps:
                    overlaps.write(f"{number}\n")
                return
            file.unlink(missing_ok=True)  # a dead user's
        else:
            break
    os.write(held, str(os.getpid()).encode())
    os.close(held)
    time.sleep(seconds)
    file.unlink(missing_ok=True)


def _in_use(file: Path) -> bool:
    """Whether whoever made the file is alive."""
    for _ in range(50):
        with contextlib.suppress(FileNotFoundError):
            user = file.read_text(encoding="ascii")
            if user:
                return psutil.pid_exists(int(user)) and psutil.Process(int(user)).status() != psutil.STATUS_ZOMBIE
        time.sleep(0.001)
    return False  # killed between making and signing it, or gone


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

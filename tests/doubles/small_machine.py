"""Processes that walk dossiers to a portal on a machine whose disk fills up or whose clock jumps; run by tests.

    python -m tests.doubles.small_machine fill|walk|look TASK

`TASK` is a file with a pickled `Task`.
"""

import contextlib
import json
import os
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from fixtures.faults.disk import Disk
from fixtures.faults.machine import jump_now
from fixtures.portal.faults import Faults
from robot.errors import UsageError
from robot.ledger import Ledger
from robot.ledger.protocol import Protocol
from tests.proof.walking import Site, attempt, carry, dossier

WITHIN_S = 20.0
FELL = 3


@dataclass(frozen=True)
class Task:
    """What is done at a site: dossiers of a period; the `disk` fills up before each of `steps`; the clock of `shared` jumps."""

    site: Site
    period: str
    rounds: int = 1
    disk: Disk | None = None
    steps: tuple[str, ...] = ()
    shared: Path | None = None
    over: Path | None = None


def walk(task: Task) -> None:
    """Carry every round to its end, every second answer lost; in the middle, the clock jumps between a claim and its click."""
    with task.site.open_books() as ledger:
        client = task.site.client()
        for turn in range(1, task.rounds + 1):
            if turn % 2:
                Faults(task.site.portal.truth).set("connection-dropped", task.site.username, at="/api/ho-so", accepted=True)
            if turn == task.rounds // 2 and task.shared is not None:
                _before(ledger, "signed", lambda: jump_now(task.shared))
            carry(ledger, client, task.site, dossier(task.site, task.period), turn, WITHIN_S)


def look(task: Task) -> None:
    """Look after the dead, as every command does at its start, until the walk is over."""
    with task.site.open_books() as ledger:
        while not task.over.exists():
            ledger.reap()
            ledger.protocol.recover()
            time.sleep(0.05)  # the books are the other's too


def fill(task: Task) -> None:
    """A child a step, which sends one round and finds the disk full from there on; says how each ended, and what was sent."""
    said = []
    for turn, step in enumerate(task.steps, start=1):
        child = os.fork()
        if child == 0:
            os._exit(_filled(task, turn, step))
        _, status = os.waitpid(child, 0)
        task.disk.free()
        said.append(
            [step, os.waitstatus_to_exitcode(status), task.site.accepted(dossier(task.site, task.period).business_key(turn))]
        )
    sys.stdout.write(json.dumps(said))


def _filled(task: Task, turn: int, step: str) -> int:
    head = dossier(task.site, task.period)
    try:
        with task.site.open_books() as ledger:
            _before(ledger, step, task.disk.fill)
            attempt(ledger, task.site.client(), task.site, head, turn)
    except UsageError:
        return FELL
    return 0


def _before(ledger: Ledger, step: str, do) -> None:
    """Do something right before a step of the protocol."""
    real = getattr(Protocol, step)

    def instead(*given, **more):
        do()
        return real(ledger.protocol, *given, **more)

    setattr(ledger.protocol, step, instead)


if __name__ == "__main__":
    logger.disable("robot")
    given = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301 - written by the test that started this process
    with contextlib.suppress(KeyboardInterrupt):
        {"walk": walk, "fill": fill, "look": look}[sys.argv[1]](given)

"""Replays one after the other, or side by side: then so many processes, each with a Playwright, a browser and books of its own.

A live run is bound to its token, which is used by one browser at a time; a replay needs none.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from robot.drive.quiet import Quiet
from robot.drive.replay.playing import turns
from robot.drive.signals import stopping
from robot.errors import Cancelled, RobotError
from robot.flow.desk import Cancel
from robot.recording.reading import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from robot.drive.replay.playing import Playing, Replayed

GRACE_S: Final = 20.0  # what a process needs to end its replay and to close its browser, at most


def replay(
    folders: Sequence[Path], playing: Playing, jobs: int = 1, prepare: Callable[[], None] = lambda: None
) -> Iterator[Replayed]:
    """Replay each recording, so many at once, and give back what came of them in order; all are read before the first is played.

    Each further process calls `prepare` first (of a module's own, since it is handed to that process by name).

    Raises:
        RecordingFaulty: one is not there, or not what the recorder writes.
        UsageError: the extension is not the recordings', or the browser is missing.
        Cancelled: somebody stopped it.
        RobotError: a process has died.
    """
    loaded = [load(folder) for folder in folders]
    jobs = min(jobs, len(loaded))
    if jobs > 1:
        yield from _side_by_side(folders, playing, jobs, prepare)
        return
    with turns(playing, several=len(loaded) > 1) as play:
        yield from map(play, loaded)


class _Job:
    """One of the processes, and which recording it plays."""

    def __init__(self, playing: Playing, prepare: Callable[[], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs, playing, prepare))
        self.process.start()
        theirs.close()
        self.place = -1

    def give(self, waiting: deque[tuple[int, Path]]) -> bool:
        """Hand it the next recording; whether there was one."""
        if not waiting:
            return False
        self.place, folder = waiting.popleft()
        with contextlib.suppress(OSError):  # it has died: that is heard by what it does not answer
            self.connection.send(folder)
        return True

    def answer(self) -> Replayed:
        """What came of its recording.

        Raises:
            RobotError: what it was raised as there, or the process has died.
        """
        try:
            said: Replayed | RobotError = self.connection.recv()
        except (EOFError, OSError):
            self.process.join(GRACE_S)
            raise RobotError("replay_job_died", status=self.process.exitcode) from None
        if isinstance(said, RobotError):
            raise said
        return said

    def end(self) -> None:
        """It ends when its replay has: nobody listens any more."""
        self.connection.close()

    def gone(self) -> None:
        """Wait until it has, or end it."""
        self.process.join(GRACE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _side_by_side(folders: Sequence[Path], playing: Playing, number: int, prepare: Callable[[], None]) -> Iterator[Replayed]:
    waiting = deque(enumerate(folders))
    done: dict[int, Replayed] = {}
    cancel = Cancel()
    jobs = [_Job(playing, prepare) for _ in range(number)]
    try:
        with stopping(cancel, partial(_stop, jobs), Quiet()):
            busy: dict[object, _Job] = {job.connection: job for job in jobs if job.give(waiting)}
            for place in range(len(folders)):
                while place not in done:
                    for ready in wait([job.connection for job in busy.values()]):
                        job = busy[ready]
                        done[job.place] = job.answer()
                        if not job.give(waiting):
                            del busy[ready]
                yield done.pop(place)
    except RobotError as wrong:
        if cancel.asked:
            raise Cancelled("cancelled") from wrong
        raise
    finally:
        for job in jobs:
            job.end()
        for job in jobs:
            job.gone()


def _stop(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.process.terminate()


def _work(connection: Connection, playing: Playing, prepare: Callable[[], None]) -> None:
    """One process: plays what it is handed until nobody hands anything out, or it is told to end."""
    over: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):  # within a replay they are a request to stop, which is answered
        signal.signal(number, lambda number, _frame: over.append(number))
    prepare()
    with contextlib.suppress(EOFError, OSError), turns(playing, several=True) as play:
        while not over:
            folder = connection.recv()
            try:
                connection.send(play(load(folder)))
            except RobotError as wrong:
                connection.send(wrong)

"""A process that walks one dossier to the portal and is killed at a named point: kill -9, by itself, exactly there."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from loguru import logger
from sqlalchemy import Engine, event

from fixtures.portal_client import UPLOAD
from robot.dossier import read_head
from robot.errors import PortalUnavailable, Refused, SessionExpired
from tests.proof.walking import Site, carry

WITHIN_S = 60.0


class Point(NamedTuple):
    """Where to be killed: in a story of the portal's, at the nth time that a step is taken, at one moment of it.

    A step of the books has the moments `before` (all is written, nothing committed) and `after` its commit; the upload has
    `before` its first byte, `half` of the body sent, `sent` whole, and `after` its answer.
    """

    story: str
    step: str
    moment: str
    nth: int = 1

    def __str__(self) -> str:
        times = f" no. {self.nth}" if self.nth > 1 else ""
        return f"{self.story}: {self.moment} {self.step}{times}"


class Killer:
    """Counts the steps as they are taken, and ends this process at the point."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._taken: Counter[str] = Counter()
        self._step = ""

    def begin(self, step: str) -> None:
        """A step is taken now."""
        self._taken[step] += 1
        self._step = step

    def at(self, moment: str) -> None:
        """A moment of the present step has come."""
        if (self._step, moment, self._taken[self._step]) == (self._point.step, self._point.moment, self._point.nth):
            os.kill(os.getpid(), signal.SIGKILL)

    def pieces(self, path: str, body: bytes) -> Iterable[bytes]:
        """An upload's body in halves, with the moments between."""
        if path != UPLOAD:
            yield body
            return
        self.at("before")
        yield body[: len(body) // 2]
        self.at("half")
        yield body[len(body) // 2 :]
        self.at("sent")


class Watched:
    """Something whose methods are steps."""

    def __init__(self, inner: Any, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def taken(*words: Any, **named: Any) -> Any:
            self._killer.begin(name)
            given = found(*words, **named)
            self._killer.at("after")
            self._killer.begin("")
            return given

        return taken


def walk(site: Site, file: Path, turn: int, point: Point) -> None:
    """The guarded walk, killed at the point."""
    killer = Killer(point)
    logger.disable("robot")
    with site.open_books() as ledger:
        ledger.protocol = Watched(ledger.protocol, killer)
        ledger.queue = Watched(ledger.queue, killer)
        event.listen(Engine, "commit", lambda _: killer.at("before"))
        carry(ledger, Watched(site.client(killer.pieces), killer), site, read_head(file), turn, WITHIN_S)


def resume(site: Site, file: Path, turn: int) -> None:
    """What the machine does when it is up again."""
    logger.disable("robot")
    with site.open_books() as ledger:
        carry(ledger, site.client(), site, read_head(file), turn, WITHIN_S)


def blind(site: Site, file: Path, turn: int, point: Point | None) -> None:
    """The same walk without the guard: it notes what was done after it was done, and does again what it has not noted."""
    killer = Killer(point or Point("", "", ""))
    client = Watched(site.client(killer.pieces), killer)
    note = file.with_name(f"{file.stem}-{turn}.sent")
    data = file.read_bytes()
    for _ in range(10):
        if note.exists():
            return
        try:
            answer = client.desk.ticket(file.name, data, f"{turn:02d}")
            killer.begin("upload")
            client.desk.upload(data, answer["ticket"], site.signer(), f"{turn:02d}", file.name)
            killer.at("after")
            note.touch()
        except (OSError, ValueError, PortalUnavailable, Refused, SessionExpired):
            continue


def run(work: Callable[..., None], *words: Any) -> int | None:
    """Do the work in a process of its own, forked from one that has all in memory; its exit code, -9 where it was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=words, daemon=True)
    process.start()
    process.join(WITHIN_S * 2)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return process.exitcode

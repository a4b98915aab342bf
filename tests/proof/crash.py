"""The process that sends is killed (kill -9) at every named point of the protocol; the portal never has a matter twice."""

import argparse
import json
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fixtures.portal.faults import Faults
from robot.ledger import Ledger
from robot.ledger.item import Item
from tests.doubles.portal import running_portal
from tests.doubles.postgres import postgres
from tests.proof import killing
from tests.proof.killing import Point
from tests.proof.walking import Site, carry, dossier, item_of, site

FOLDER = Path(__file__).resolve().parents[2] / ".proof" / "crash"
BOOKS = ("sqlite", "postgres")
LANES = 4
KILLED = -9
WAYS = {"lease_s": 60, "lag_s": 0.5, "back_off_s": 0.2}
UPLOAD = "/api/ho-so"
# What the portal does while a dossier is sent: its faults with their parameters.
STORIES: Mapping[str, Mapping[str, Mapping[str, str | float | bool]]] = {
    "all is well": {},
    "taken, no answer": {"connection-dropped": {"at": UPLOAD, "accepted": True}},
    "lost on the way": {"connection-dropped": {"at": UPLOAD, "accepted": False}},
    "signed out": {"session-expired": {"at": UPLOAD}},
    "refused": {},
    "no list": {"connection-dropped": {"at": UPLOAD, "accepted": True}, "lookup-down": {}},
    "an empty list": {"connection-dropped": {"at": UPLOAD, "accepted": True}, "lookup-empty": {}},
}
_STEPS = {
    "all is well": ("plan", "recover", "claim", "renew", "prepared", "signed", "intend", "accept", "done"),
    "taken, no answer": ("lose_sight", "claim 2", "accept", "done"),
    "lost on the way": ("lose_sight", "saw_absent", "saw_absent 2", "claim 4", "intend 2", "accept", "done"),
    "signed out": ("turn_away", "claim 2", "intend 2"),
    "refused": ("refuse",),
    "no list": ("postpone",),
    "an empty list": ("hold",),
}


def _points() -> Iterator[Point]:
    for story, steps in _STEPS.items():
        for step in steps:
            name, _, nth = step.partition(" ")
            yield from (Point(story, name, moment, int(nth or 1)) for moment in ("before", "after"))
    for story in ("all is well", "taken, no answer", "lost on the way"):
        answered = ("after",) if story == "all is well" else ()
        yield from (Point(story, "upload", moment) for moment in ("before", "half", "sent", *answered))
    yield from (Point("lost on the way", "upload", moment, 2) for moment in ("half", "sent", "after"))


POINTS = tuple(_points())


@dataclass
class Tally:
    """What came of the kills at one point: how many did not happen, dossiers accepted twice, lost, and how the others ended."""

    point: str
    kills: int = 0
    missed: int = 0
    twice: int = 0
    lost: int = 0
    done: int = 0
    refused: int = 0
    held: int = 0

    @property
    def good(self) -> bool:
        """Every kill happened, nothing was sent twice, nothing was lost."""
        return self.kills > 0 and (self.missed, self.twice, self.lost) == (0, 0, 0)


def main(arguments: Sequence[str]) -> int:
    """Run or go on with the proof; 0 when the blind run shows duplicates and the guarded one none."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof crash", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills at each point (20)")
    parser.add_argument("--books", choices=BOOKS, action="append", help="the database of the books (both)")
    given = parser.parse_args(arguments)
    return max(_prove(books, given.times) for books in given.books or BOOKS)


def _prove(books: str, times: int) -> int:
    begun = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    state = FOLDER / f"{books}-{times}.json"
    known = [Tally(**row) for row in json.loads(state.read_text(encoding="utf-8"))] if state.exists() else []

    def keep(tally: Tally) -> None:
        known.append(tally)
        new = state.with_suffix(".new")
        new.write_text(json.dumps([asdict(row) for row in known], indent=1), encoding="utf-8")
        new.replace(state)
        _say(_line(books, tally))

    left = [point for point in POINTS if str(point) not in {row.point for row in known}]
    with tempfile.TemporaryDirectory(prefix="crash-") as name, sites(Path(name), books) as lanes:
        tried, twice = unguarded(lanes[0], times)
        _say(f"{books}, guard off: of {tried} dossiers {twice} were accepted more than once")
        guarded(lanes, left, times, keep)
        with lanes[0].open_books() as ledger:
            checked = ledger.check()
        for breach in checked.breaches:
            _say(f"{books}, ledger check: {breach}")
        _say(f"{books}, ledger check: {len(checked.breaches)} breaches in {dict(checked.rows)}")
    kills, sums = sum(row.kills for row in known), [sum(getattr(row, f) for row in known) for f in _SUMS]
    said = ", ".join(f"{name} {number}" for name, number in zip(_SUMS, sums, strict=True))
    _say(f"{books}: {kills} kills at {len(known)} points: {said}; this start took {time.monotonic() - begun:.0f} s")
    _say(f"to begin anew, remove {FOLDER}")
    return 0 if twice and not checked.breaches and all(row.good for row in known) else 1


_SUMS = ("missed", "twice", "lost", "done", "refused", "held")


@contextmanager
def sites(folder: Path, books: str, number: int = LANES) -> Iterator[list[Site]]:
    """A portal that takes duplicates, organisations with an account each, one set of books; a dossier of each is known there."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).database() if books == "postgres" else ""
        portal = stack.enter_context(running_portal(made(folder / "portal-world")))
        lanes = [lane_of(site(portal.client(), f"lane-{n}", made(folder / "robot"), url, WAYS)) for n in range(number)]
        yield lanes


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def lane_of(lane: Site) -> Site:
    """Log in, let the portal take duplicates, and hand in the dossier that look-ups are proved by."""
    Faults(lane.portal.truth).set("duplicate-taken", lane.username)
    client = lane.client()
    client.log_in()
    with lane.open_books() as ledger:
        item = carry(ledger, client, lane, dossier(lane, "12/2020"), 99, killing.WITHIN_S)
    if item is None or item.state != "done":
        message = f"{lane.organisation}: the first dossier is not handed in: {item}"
        raise RuntimeError(message)
    return replace(lane, cookies=client.desk.cookies)


def unguarded(lane: Site, times: int) -> tuple[int, int]:
    """Kills and a lost answer without the guard: how many dossiers were tried, how many the portal has more than once."""
    head = dossier(lane, "01/2021")
    for turn in range(1, times + 1):
        moment = ("half", "sent", "after", "")[turn % 4]
        if not moment:
            Faults(lane.portal.truth).set("connection-dropped", lane.username, at=UPLOAD, accepted=True)
        killing.run(killing.blind, lane, head.file, turn, Point("", "upload", moment))
        killing.run(killing.blind, lane, head.file, turn, None)
    return times, sum(lane.accepted(head.business_key(turn)) > 1 for turn in range(1, times + 1))


def guarded(lanes: Sequence[Site], points: Sequence[Point], times: int, keep: Callable[[Tally], None]) -> None:
    """Kill `times` at each point, the lanes side by side; `keep` is told of each point as it is done."""
    waiting: queue.SimpleQueue[Point] = queue.SimpleQueue()
    for point in points:
        waiting.put(point)
    lock, wrong = threading.Lock(), []

    def work(number: int, lane: Site) -> None:
        numbers = iter(range(99 * 12 * 50))
        try:
            while not wrong:
                point = waiting.get_nowait()
                tally = Tally(str(point))
                for _ in range(times):
                    _kill(lane, point, next(numbers), tally)
                with lock:
                    keep(tally)
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that waits
            wrong.append((number, error))

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _, error in wrong:
        raise error


def _kill(lane: Site, point: Point, number: int, tally: Tally) -> None:
    month, turn = divmod(number, 99)
    changes = {"SoLuongFile": "2"} if point.story == "refused" else {}
    head = dossier(lane, f"{month % 12 + 1:02d}/{2022 + month // 12}", **changes)
    faults = Faults(lane.portal.truth)
    for name, values in STORIES[point.story].items():
        faults.set(name, lane.username, **values)
    ended = killing.run(killing.walk, lane, head.file, turn + 1, point)
    for name in STORIES[point.story]:
        faults.clear(lane.username, name)
    again = killing.run(killing.resume, lane, head.file, turn + 1)
    tally.kills += 1
    tally.missed += ended != KILLED or again != 0
    key = head.business_key(turn + 1)
    accepted = lane.accepted(key)
    with lane.open_books() as ledger:
        item = item_of(ledger, key)
        asked = item is not None and _asked(ledger, item)
    tally.twice += accepted > 1
    right = item is not None and {"done": accepted == 1, "refused": accepted == 0, "held": asked}.get(item.state, False)
    if item is None or not right:
        tally.lost += 1
        _say(f"{point}: {key} is {item.state if item else 'not in the books'}, accepted {accepted} times")
    else:
        setattr(tally, item.state, getattr(tally, item.state) + 1)


def _asked(ledger: Ledger, item: Item) -> bool:
    """Whether a held item carries its question."""
    runs = {move.run for move in ledger.queue.moves(item.id) if move.after == "held" and move.run}
    return any(question.kind == "held" and question.state == "open" for run in runs for question in ledger.questions(run))


def _line(books: str, tally: Tally) -> str:
    ends = ", ".join(f"{name} {number}" for name in _SUMS if (number := getattr(tally, name)))
    return f"{books}, {tally.point}: {tally.kills} kills, {ends}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

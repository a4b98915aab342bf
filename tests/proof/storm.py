"""A thousand dossiers, a portal that does everything wrong at random, lanes killed: none twice, none lost, it balances."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from fixtures.faults.disk import Disk, mounted, take_away
from fixtures.portal.faults import Faults
from fixtures.portal.truth import Truth
from robot.errors import UsageError
from robot.ledger import Ledger
from robot.ledger.item import ENDED, NewItem
from tests.doubles.portal import running_portal
from tests.doubles.postgres import postgres
from tests.proof.crash import BOOKS, lane_of, made
from tests.proof.lanes import Lanes
from tests.proof.walking import Site, dossier, site
from tests.proof.weather import Weather

ORGANISATIONS = 5
ANSWER_S = 3.0
REFUSED_EVERY = 33
CHANGES_S = 0.15
FULL_S = 10.0
ROUNDS_OF_A_PERSON = 6
WITHIN_S = 1800.0


@dataclass(frozen=True)
class Judged:
    """What came of it by the portal's truth: by state; accepted twice; sent again though taken; lost; the books' breaches."""

    states: Mapping[str, int]
    twice: int
    again: int
    lost: int
    breaches: int


@dataclass
class Storm:
    """What came of it: by state; sent again though the portal had it; and how it was."""

    planned: int
    states: Mapping[str, int]
    twice: int
    again: int
    lost: int
    breaches: int
    kills: int
    fell: int
    full: int
    answered: int
    met: Mapping[str, int]
    seconds: float

    @property
    def good(self) -> bool:
        """Nothing twice, nothing lost, and the books agree with themselves and with the portal."""
        return (self.twice, self.again, self.lost, self.breaches) == (0, 0, 0, 0) and sum(self.states.values()) == self.planned


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when nothing was sent twice, nothing was lost, and the books balance."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof storm", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1000, help="how many, over five organisations with three tokens (1000)")
    parser.add_argument("--kills", type=int, default=10, help="lanes killed (10)")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--books", choices=BOOKS, default="sqlite", help="the database of the books (sqlite)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="storm-") as name, offices(Path(name), given.books) as (sites, disk):
        came = storm(sites, disk, given.dossiers, given.kills, given.seed, _say)
    for line in lines(came):
        _say(line)
    return 0 if came.good else 1


def lines(came: Storm) -> list[str]:
    """The figures in words."""
    states = ", ".join(f"{state} {number}" for state, number in sorted(came.states.items()))
    met = ", ".join(f"{name} {number}" for name, number in sorted(came.met.items()))
    return [
        f"{came.planned} dossiers planned: {states}; {came.seconds:.0f} s",
        f"accepted twice {came.twice}, sent again though taken {came.again}, lost {came.lost}, breaches {came.breaches}",
        f"lanes killed {came.kills}, fell by themselves {came.fell}, disk full {came.full}, answered by a person {came.answered}",
        f"faults set: {met}",
    ]


@contextmanager
def offices(
    folder: Path, books: str, number: int = ORGANISATIONS, answer_s: float = ANSWER_S, *, full: bool = True
) -> Iterator[tuple[list[Site], Disk | None]]:
    """A portal, organisations of which every other one's duplicates are taken, books on a small disk where there can be one.

    A client waits `answer_s` seconds for an answer, and looks are so far apart; `full` lets the disk fill up.
    """
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).database() if books == "postgres" else ""
        home = made(folder / "robot")
        disk = mounted(home, made(folder / "aside")) if full and not url else None
        stack.callback(take_away, home)
        portal = stack.enter_context(running_portal(made(folder / "portal-world")))
        ways = {"lease_s": 60, "lag_s": answer_s, "back_off_s": 0.5}
        known = [site(portal.client(), f"office-{n}", home, url, ways) for n in range(number)]
        sites = [lane_of(replace(each, answer_s=answer_s)) for each in known]
        for each in sites[1::2]:
            Faults(each.portal.truth).clear(each.username, "duplicate-taken")
        yield sites, disk


def storm(sites: Sequence[Site], disk: Disk | None, dossiers: int, kills: int, seed: int, say: Callable[[str], None]) -> Storm:
    """Plan all, let the lanes work through the storm, then have a person answer what is held, in fair weather."""
    begun, chance = time.monotonic(), Random(seed)  # noqa: S311 - weather, no secret
    ledger = sites[0].open_books()
    try:
        _plan(ledger, sites, dossiers)
        lanes = Lanes(sites)
        weather = Weather(chance, sites[0].portal.truth, [each.username for each in sites], sites[0].answer_s)
        thresholds = [dossiers * (n + 1) // (kills + 2) for n in range(kills)]
        flood = Flood(disk, lanes, [dossiers * part // 10 for part in (2, 5, 8)])
        while lanes.work():
            weather.change()
            time.sleep(CHANGES_S)
            settled = _settled(ledger)
            if thresholds and settled >= thresholds[0] and lanes.kill(chance):
                thresholds.pop(0)
                say(f"{settled} of {dossiers} settled, {time.monotonic() - begun:.0f} s: a lane killed")
            flood.rise(settled)
            _in_time(begun)
        flood.end()
        weather.clear()
        answered = 0
        for _ in range(ROUNDS_OF_A_PERSON):
            answers = answer(ledger, sites[0].portal.truth)
            if not answers:
                break
            answered += answers
            lanes.begin()
            while lanes.work():
                time.sleep(CHANGES_S)
                _in_time(begun)
        return Storm(
            planned=dossiers,
            **vars(judged(ledger, sites[0].portal.truth, dossiers, "queue")),
            kills=lanes.killed,
            fell=lanes.fell,
            full=flood.times,
            answered=answered,
            met=dict(weather.met),
            seconds=time.monotonic() - begun,
        )
    finally:
        ledger.close()


class Flood:
    """Fills the disk when so many dossiers are settled, until a lane has fallen over it, or for a while."""

    def __init__(self, disk: Disk | None, lanes: Lanes, marks: Sequence[int]) -> None:
        self._disk = disk
        self._lanes = lanes
        self._marks = list(marks) if disk is not None else []
        self._since: tuple[float, int] | None = None
        self.times = 0

    def rise(self, settled: int) -> None:
        """Look whether it is time to fill or to free."""
        if self._disk is None:
            return
        if self._since is not None:
            if self._lanes.fell > self._since[1] or time.monotonic() - self._since[0] > FULL_S:
                self.end()
        elif self._marks and settled >= self._marks[0]:
            self._marks.pop(0)
            self._since = time.monotonic(), self._lanes.fell
            self.times += 1
            self._disk.fill()

    def end(self) -> None:
        """There is room again."""
        if self._disk is not None:
            self._disk.free()
        self._since = None


def _plan(ledger: Ledger, sites: Sequence[Site], dossiers: int) -> None:
    for number in range(dossiers):
        each, own = sites[number % len(sites)], number // len(sites)
        month, turn = divmod(own, 99)
        changes = {"SoLuongFile": "2"} if number % REFUSED_EVERY == REFUSED_EVERY - 1 else {}
        head = dossier(each, f"{month % 12 + 1:02d}/{2024 + month // 12}", **changes)
        key, file = head.business_key(turn + 1), head.file
        ledger.queue.plan(NewItem(each.organisation, key, str(file), file.name, head.sha256, head.size))


def _settled(ledger: Ledger) -> int:
    with suppress(UsageError):  # the disk is full just now
        return len(ledger.queue.items(states=(*ENDED, "held")))
    return 0


def answer(ledger: Ledger, truth: Path) -> int:
    """What a person answers who has telephoned with the office: sent under this number, or not there; once more."""
    answers = 0
    for question in ledger.open_questions():
        if question.kind != "held" or question.item is None:
            continue
        item = ledger.queue.item(question.item)
        numbers = _numbers(truth).get(item.key, [])
        ledger.care.decide(question, f"sent {numbers[0]}" if numbers else "absent" if item.effect is not None else "retry")
        answers += 1
    return answers


def _numbers(truth: Path) -> dict[str, list[str]]:
    """The numbers under which the portal has accepted each matter, by its truth."""
    found: dict[str, list[str]] = {}
    with Truth(truth).read() as db:
        query = "SELECT unit_code, procedure, period, round, number FROM dossiers WHERE outcome = 'accepted' ORDER BY id"
        for *parts, number in db.execute(query):
            found.setdefault("/".join(parts), []).append(number)
    return found


def judged(ledger: Ledger, truth: Path, dossiers: int, source: str) -> Judged:
    """Every item that came by `source`, `dossiers` of them, against the portal's truth; whose end is still open, is lost."""
    items = [item for item in ledger.queue.items() if item.source == source]
    numbers = _numbers(truth)
    lost = 0
    for item in items:
        sent = next((one for one in ledger.attempts("submission", item.key) if one.id == item.effect), None)
        booked = str((sent.receipt or {}).get("number")) if sent is not None else ""
        right = {"done": numbers.get(item.key) == [booked], "refused": item.key not in numbers}
        lost += not right.get(item.state, False)
    with Truth(truth).read() as db:
        again = db.execute(
            "SELECT count(*) FROM dossiers later WHERE EXISTS (SELECT 1 FROM dossiers WHERE outcome = 'accepted' AND"
            " unit_code = later.unit_code AND procedure = later.procedure AND period = later.period AND round = later.round"
            " AND id < later.id)"
        ).fetchone()[0]
    return Judged(
        states=Counter(item.state for item in items),
        twice=sum(len(each) > 1 for each in numbers.values()),
        again=again,
        lost=lost + dossiers - len(items),
        breaches=len(ledger.check().breaches),
    )


def _in_time(begun: float) -> None:
    if time.monotonic() - begun > WITHIN_S:
        message = f"the storm has not ended within {WITHIN_S:.0f} s"
        raise TimeoutError(message)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

"""Nights by the real command in a real Chromium, faults at random, the night killed and stopped: none twice, none lost.

Dossiers lie in the outboxes of three organisations; at the second, the portal takes duplicates. Some files are no dossiers. A
night is started again until all is settled; what is held, a person answers from the portal's truth.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import psutil

from fixtures.dossiers.container import Plan, make_dossier
from fixtures.dossiers.people import make_people
from fixtures.lifeline import tied
from fixtures.organisations import ORGANISATIONS
from fixtures.portal.faults import Faults
from fixtures.softhsm import softhsm_environment
from fixtures.token import open_signer
from fixtures.world import Layout, started
from fixtures.world.accounts import give_account
from fixtures.world.robot import robot_command
from robot import settings
from robot.ledger import Ledger
from robot.ledger.item import STATES
from tests.proof.storm import Judged, answer, judged
from tests.proof.walking import SETTLED
from tests.proof.weather import Weather

KEYS: Final = ("hoa-binh", "song-lo", "thai-son")
ROUNDS: Final = 10  # of a period
BROKEN_EVERY: Final = 15
MADE_ON: Final = dt.date(2026, 11, 20)
ANSWER_S: Final = 10.0
CHANGES_S: Final = 2.0
LOOK_S: Final = 0.5
NIGHTS: Final = 40
WITHIN_S: Final = 2400.0
BLOWS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
# After so many seconds of sending the blow falls, by chance.
BLOW_S: Final = (1.0, 8.0)
BLOW_PART: Final = 5  # the next one is due when so many parts of the dossiers are settled
OPEN: Final = tuple(state for state in STATES if state not in SETTLED)
VARIABLES: Final = {
    "VSS_ROBOT_NIGHTLY__LANES": "2",
    "VSS_ROBOT_NIGHTLY__TABS": "3",
    "VSS_ROBOT_NIGHTLY__BREAKER_S": "2",
    "VSS_ROBOT_NIGHTLY__PATIENCE_S": "40",
    "VSS_ROBOT_NIGHTLY__GRACE_S": "20",
    "VSS_ROBOT_NIGHTLY__MEMORY_MB": "100",
    "VSS_ROBOT_SUBMISSION__LAG_S": str(ANSWER_S),
    "VSS_ROBOT_SUBMISSION__BACK_OFF_S": "1",
    "VSS_ROBOT_SUBMISSION__LEASE_S": "60",
    "VSS_ROBOT_TIMERS__ANSWER_S": str(ANSWER_S),
    "VSS_ROBOT_TIMERS__PAGE_S": str(ANSWER_S),
    "VSS_ROBOT_OUTBOX__STABLE_S": "0.1",
    "VSS_ROBOT_EVIDENCE__TRACE": "false",
}


@dataclass
class Nights:
    """What came of them; `files` by where they lie, `strayed` are files found nowhere, twice, or not where the books say."""

    planned: int
    broken: int
    judged: Judged | None = None
    files: Counter[str] = field(default_factory=Counter)
    strayed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    exits: list[int] = field(default_factory=list)
    blows: list[str] = field(default_factory=list)
    answered: int = 0
    met: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0

    @property
    def good(self) -> bool:
        """Nothing twice, nothing lost, and files, nights, books and portal agree with one another."""
        came = self.judged
        if came is None or self.outcomes["unbalanced"] or self.strayed or len(self.blows) < len(BLOWS):
            return False
        clean = (came.twice, came.again, came.lost, came.breaches) == (0, 0, 0, 0)
        abandoned = sum(blow == signal.SIGKILL.name for blow in self.blows)
        return clean and sum(came.states.values()) == self.planned and self.outcomes["abandoned"] <= abandoned

    def lines(self) -> list[str]:
        """The figures in words."""
        came = self.judged or Judged({}, 0, 0, self.planned, 0)
        return [
            f"{self.planned} dossiers and {self.broken} broken files: {_counts(came.states)}; {self.seconds:.0f} s",
            f"accepted twice {came.twice}, sent again though taken {came.again}, lost {came.lost}, breaches {came.breaches}",
            f"files: {_counts(self.files)}; strayed {self.strayed}",
            f"nights {len(self.exits)}: {_counts(self.outcomes)}; exit codes {' '.join(map(str, self.exits))}",
            f"blows: {' '.join(self.blows)}; answered by a person {self.answered}",
            f"faults set: {_counts(self.met)}",
        ]


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when nothing was sent twice, nothing was lost, and all balances."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof night", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=60, help="how many, over three organisations (60)")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="night-") as name, started(Path(name) / "world", KEYS):
        came = nights(Layout((Path(name) / "world").resolve()), given.dossiers, given.seed, _say)
    for line in came.lines():
        _say(line)
    return 0 if came.good else 1


def nights(layout: Layout, dossiers: int, seed: int, say: Callable[[str], None]) -> Nights:
    """Fill the outboxes, and have nights until all is settled."""
    begun, chance = time.monotonic(), Random(seed)  # noqa: S311 - weather, no secret
    hashes = _fill(layout, dossiers)
    usernames = [ORGANISATIONS[key].tax_code for key in KEYS]
    Faults(layout.truth).set("duplicate-taken", usernames[1])
    weather = Weather(chance, layout.truth, usernames, ANSWER_S)
    came = Nights(dossiers, dossiers // BROKEN_EVERY)
    loaded = settings.load(layout.settings_pkcs11)
    with Ledger.open(loaded.ledger, loaded.home) as ledger:
        while _to_do(layout, ledger) or _answered(ledger, layout, came, weather):
            if len(came.exits) == NIGHTS or time.monotonic() - begun > WITHIN_S:
                say("given up: not settled within the nights or the time there are")
                break
            came.exits.append(_night(layout, ledger, came, weather, chance))
            settled = len(ledger.queue.items(states=SETTLED))
            say(f"night {len(came.exits)} ended with {came.exits[-1]}, {settled} settled, {time.monotonic() - begun:.0f} s")
        came.judged = judged(ledger, layout.truth, dossiers, "outbox")
        came.outcomes = Counter(night.outcome or "open" for night in ledger.nights.nights(NIGHTS))
    _find(layout, hashes, came)
    came.met, came.seconds = dict(weather.met), time.monotonic() - begun
    return came


def _answered(ledger: Ledger, layout: Layout, came: Nights, weather: Weather) -> bool:
    """Have a person answer what is held, in fair weather; whether there was anything."""
    weather.clear()
    answers = answer(ledger, layout.truth)
    came.answered += answers
    return bool(answers)


def _fill(layout: Layout, dossiers: int) -> dict[str, bool]:
    """Make accounts and files; of each file, by its hash, whether it is a dossier."""
    for key in KEYS:
        give_account(layout, key)
    hashes = {}
    for place, key in enumerate(KEYS):
        organisation, folder = ORGANISATIONS[key], _outbox(layout, key)
        folder.mkdir(parents=True)
        with open_signer(layout.directory, organisation) as signer:
            for number in range(place, dossiers, len(KEYS)):
                period, turn = divmod(number // len(KEYS), ROUNDS)
                plan = Plan(organisation, f"{period % 12 + 1:02d}/{2024 + period // 12}", make_people(1, seed=number), MADE_ON)
                content = make_dossier(plan, signer)
                (folder / f"Báo tăng {number:04d} đợt {turn + 1}.xml").write_bytes(content)
                hashes[hashlib.sha256(content).hexdigest()] = True
                if number % BROKEN_EVERY == BROKEN_EVERY - 1:
                    (folder / f"Hỏng {number:04d}.xml").write_bytes(content[:-200])
                    hashes[hashlib.sha256(content[:-200]).hexdigest()] = False
    return hashes


def _to_do(layout: Layout, ledger: Ledger) -> bool:
    waiting = any(each.is_file() for key in KEYS for each in _outbox(layout, key).iterdir())
    return waiting or bool(ledger.queue.items(states=OPEN))


def _night(layout: Layout, ledger: Ledger, came: Nights, weather: Weather, chance: Random) -> int:
    """One night, with the next blow in it when one is due; its exit code."""
    with _running(layout) as (process, sending):
        changed, falls, struck = 0.0, None, len(came.blows)
        while process.poll() is None:
            now = time.monotonic()
            if not came.answered and now - changed > CHANGES_S:  # what a person has decided is sent in fair weather
                changed = now
                weather.change()
            if falls is None and sending.is_set() and _blow_due(ledger, came):
                falls = now + chance.uniform(*BLOW_S)
            if falls is not None and now > falls and len(came.blows) == struck:
                came.blows.append(BLOWS[struck].name)
                _strike(process, BLOWS[struck])
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_S)
        return process.returncode


def _blow_due(ledger: Ledger, came: Nights) -> bool:
    """Whether so much is settled that the next blow is to fall in this night."""
    given = len(came.blows)
    return given < len(BLOWS) and len(ledger.queue.items(states=SETTLED)) * BLOW_PART >= came.planned * given


def _strike(process: subprocess.Popen[str], blow: signal.Signals) -> None:
    """A stop asks the night alone; a kill takes all of it, lanes, browsers and hosts, as a power cut does."""
    if blow == signal.SIGTERM:
        process.send_signal(blow)
        return
    whole = psutil.Process(process.pid)
    for each in (whole, *whole.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            each.kill()


@contextmanager
def _running(layout: Layout) -> Iterator[tuple[subprocess.Popen[str], threading.Event]]:
    """The command, and whether it has begun to send."""
    log = layout.directory / "nights.log"
    with layout.pass_phrase.open("rb") as phrase, log.open("ab") as talk:
        environment = os.environ | softhsm_environment(layout.directory) | VARIABLES
        environment |= {"VSS_ROBOT_SETTINGS": str(layout.settings_pkcs11), "VSS_ROBOT_VAULT_FD": str(phrase.fileno())}
        command = [*robot_command(), "nightly", "--json", *(word for key in KEYS for word in ("--org", key))]
        with subprocess.Popen(
            tied(*command),
            env=environment,
            pass_fds=(phrase.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
        ) as process:
            sending = threading.Event()
            reader = threading.Thread(target=_listen, args=(process, sending))
            reader.start()
            try:
                yield process, sending
            finally:
                if process.poll() is None:
                    _strike(process, signal.SIGKILL)
                reader.join()


def _listen(process: subprocess.Popen[str], sending: threading.Event) -> None:
    for line in process.stdout or ():
        with suppress(ValueError):  # cut off by a kill
            if json.loads(line)["event"] == "begun":
                sending.set()


def _find(layout: Layout, hashes: Mapping[str, bool], came: Nights) -> None:
    """Where each file lies in the end: a dossier in the archive or refused, what is none, refused; each once."""
    found: dict[str, list[str]] = {}
    for key in KEYS:
        for file in _outbox(layout, key).rglob("*"):
            if file.is_file():
                place = file.relative_to(_outbox(layout, key)).parts[0]
                found.setdefault(hashlib.sha256(file.read_bytes()).hexdigest(), []).append(place)
    for known, whole in hashes.items():
        places = found.get(known, [])
        came.files.update(places)
        came.strayed += len(places) != 1 or places[0] not in ({"archive", "refused"} if whole else {"refused"})


def _outbox(layout: Layout, key: str) -> Path:
    return layout.robot / "outbox" / key


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

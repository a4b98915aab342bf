"""A night in the stand-in world by the real command and a real Chromium, and what it cost."""

import datetime as dt
import itertools
import json
import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fixtures.dossiers.container import Plan, make_dossier
from fixtures.dossiers.people import make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.portal.faults import Faults
from fixtures.softhsm import softhsm_environment
from fixtures.token import open_signer
from fixtures.world import Layout, started
from fixtures.world.accounts import give_account
from fixtures.world.robot import robot_command
from robot import settings
from robot.dossier import DossierHead, read_head
from robot.ledger import Ledger
from robot.ledger.item import NewItem
from tests.bench.slow_token import SlowToken

ORGANISATION = "hoa-binh"
ROUNDS = 99  # of a month
MADE_ON = dt.date(2026, 11, 20)
LOOK_S = 0.5


@dataclass
class Measured:
    """One night: exit code, when each dossier ended (seconds), the processor's time, the most memory, what the books grew by."""

    exit_code: int
    wall_s: float
    cpu_s: float
    ended: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    accepted: int = 0
    peak_mb: float = 0
    ledger_kb: float = 0
    signatures: list[tuple[float, float]] = field(default_factory=list)


class NightWorld:
    """The world with one organisation that has an account, its token slow, its portal too."""

    def __init__(self, layout: Layout, token: SlowToken) -> None:
        self.layout = layout
        self.token = token
        self._made = itertools.count()

    def night(self, dossiers: int, **variables: str) -> Measured:
        """Plan so many dossiers and send them in one night."""
        loaded = settings.load(self.layout.settings_pkcs11)
        file = loaded.home / "ledger.sqlite"
        with Ledger.open(loaded.ledger, loaded.home) as ledger:
            for head, turn in self._dossiers(dossiers):
                key = head.business_key(turn)
                ledger.queue.plan(NewItem(ORGANISATION, key, str(head.file), head.file.name, head.sha256, head.size))
        self.token.forget()
        before, size = resource.getrusage(resource.RUSAGE_CHILDREN), _size(file)
        measured = self._run(variables)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        measured.cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        measured.ledger_kb = (_size(file) - size) / 1024
        measured.signatures = self.token.signatures()
        return measured

    def _dossiers(self, number: int) -> Iterator[tuple[DossierHead, int]]:
        """So many dossiers, each with a round of its own."""
        organisation = ORGANISATIONS[ORGANISATION]
        with open_signer(self.layout.directory, organisation) as key:
            for made in itertools.islice(self._made, number):
                plan = Plan(organisation, f"{12 - made // ROUNDS:02d}/2025", make_people(1, seed=made), MADE_ON)
                file = self.layout.dossiers / f"{made:05d}.xml"
                file.write_bytes(make_dossier(plan, key))
                yield read_head(file), made % ROUNDS + 1

    def _run(self, variables: dict[str, str]) -> Measured:
        with self.layout.pass_phrase.open("rb") as phrase:
            environment = os.environ | {
                "VSS_ROBOT_SETTINGS": str(self.layout.settings_pkcs11),
                "VSS_ROBOT_VAULT_FD": str(phrase.fileno()),
                "VSS_ROBOT_SIGNING__DRIVER": str(self.token.driver),
                "VSS_ROBOT_OUTBOX__STABLE_S": "0.1",
                **softhsm_environment(self.layout.directory),
                **self.token.environment,
                **variables,
            }
            command = [*robot_command(), "nightly", "--org", ORGANISATION, "--json"]
            begun = time.monotonic()
            found = Measured(0, 0, 0)
            with subprocess.Popen(
                command, env=environment, pass_fds=(phrase.fileno(),), stdout=subprocess.PIPE, text=True
            ) as process:
                over = threading.Event()
                watch = threading.Thread(target=_watch, args=(process.pid, found, over))
                watch.start()
                for line in process.stdout or ():
                    event = json.loads(line)
                    if event["event"] == "ended":
                        found.ended.append(time.monotonic() - begun)
                        found.seconds.append(event["seconds"])
                    elif event["event"] == "balance":
                        found.accepted = event["accepted"]
                over.set()
                watch.join()
            found.exit_code = process.returncode
            found.wall_s = time.monotonic() - begun
        return found


@contextmanager
def night_world(folder: Path, sign_ms: float, portal_ms: float) -> Iterator[NightWorld]:
    """A world in `folder`, up as long as this lasts."""
    with started(folder / "world", [ORGANISATION]):
        layout = Layout((folder / "world").resolve())
        give_account(layout, ORGANISATION)
        if portal_ms:
            Faults(layout.truth).set("portal-slow", ORGANISATIONS[ORGANISATION].tax_code, seconds=portal_ms / 1000)
        yield NightWorld(layout, SlowToken(folder, sign_ms))


def _size(file: Path) -> int:
    return sum(each.stat().st_size for each in (file, file.with_name(f"{file.name}-wal")) if each.exists())


def _watch(pid: int, found: Measured, over: threading.Event) -> None:
    """The most memory that the night's processes had together; what they share is counted once."""
    while not over.wait(LOOK_S):
        total = 0.0
        try:
            processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            continue
        for process in processes:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        found.peak_mb = max(found.peak_mb, total / 1024 / 1024)

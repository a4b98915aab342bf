"""A worker by the real command on PostgreSQL and a real Chromium: killed after a click, another one takes over."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from fixtures.softhsm import softhsm_environment
from fixtures.world.layout import CHECKOUT
from fixtures.world.passwords import serial_of
from fixtures.world.robot import robot_command
from robot import settings
from robot.ledger import Ledger
from tests.waiting import alive, until

ORGANISATION = "hoa-binh"
SAMPLES = ("BHXHDienTu.xml", "BHXHDienTu-full.xml", "Báo tăng lao động đợt đầu.xml")
SILENCE_S = 3


@pytest.fixture
def variables(world, settled_home, postgres) -> Iterator[dict[str, str]]:
    """A home of the test's own, books on the server; a worker is missed after three seconds."""
    home = settled_home(ORGANISATION)
    address = postgres.database()
    yield {
        "VSS_ROBOT_SETTINGS": str(world.layout.settings_pkcs11),
        "VSS_ROBOT_HOME": home,
        "VSS_ROBOT_LEDGER__URL": address,
        "VSS_ROBOT_WORKER__LOOK_S": "0.3",
        "VSS_ROBOT_WORKER__SILENCE_S": str(SILENCE_S),
        "VSS_ROBOT_SUBMISSION__BACK_OFF_S": "1",
    }
    postgres.drop(address)


@dataclass(frozen=True)
class Workers:
    """The books that all share, and `start`, which begins a worker of a name."""

    ledger: Ledger
    variables: dict[str, str]
    start: Callable[[str], subprocess.Popen]


@pytest.fixture
def workers(world, variables, tmp_path) -> Iterator[Workers]:
    """Each worker is ended with the test, before the books go."""
    address = settings.Ledger(url=variables["VSS_ROBOT_LEDGER__URL"])
    with Ledger.open(address, tmp_path) as ledger, ExitStack() as begun:

        def start(identity: str) -> subprocess.Popen:
            return begun.enter_context(working(world, variables, tmp_path / f"{identity}.log", identity))

        yield Workers(ledger, variables, start)


@contextmanager
def working(world, variables, log: Path, identity: str) -> Iterator[subprocess.Popen]:
    with world.layout.pass_phrase.open("rb") as phrase, log.open("wb") as talk:
        environment = os.environ | softhsm_environment(world.layout.directory) | variables
        environment |= {
            "PYTHONPATH": str(CHECKOUT),
            "VSS_ROBOT_VAULT_FD": str(phrase.fileno()),
            "VSS_ROBOT_WORKER__IDENTITY": identity,
        }
        worker = subprocess.Popen(
            [*robot_command(), "worker"],
            env=environment,
            pass_fds=(phrase.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=talk,
            stderr=talk,
        )
        try:
            yield worker
        finally:
            kill(worker)


def kill(worker: subprocess.Popen) -> list[psutil.Process]:
    """Kill -9, with all it has started, as a machine goes; what there was."""
    found = []
    if worker.poll() is None:
        found = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
        for each in found:
            each.kill()
    worker.wait()
    return found


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_killed_workers_dossier_is_looked_up_by_the_next_in_a_browser_of_its_own(
    world, workers, round_number, accepted, faults, record_property
):
    """Killed after its click, with nothing known of it: the next worker finds it in the portal's list, and sends the others."""
    ledger = workers.ledger

    def done(number):
        return lambda: len(ledger.queue.items(states=("done",))) == number

    files = [str(world.dossier(ORGANISATION, name)) for name in SAMPLES]
    added = world.robot("queue", "add", "--org", ORGANISATION, "--round", round_number, *files, **workers.variables)
    assert added.exit_code == 0, added.talk

    first = workers.start("alpha")
    until(done(1), "the first dossier is done", within_s=180)
    faults.set("answer-late", world.organisation(ORGANISATION).tax_code, seconds=60.0)
    until(lambda: len(accepted(ORGANISATION, round_number)) == 2, "the portal has the second one", within_s=180)
    (first_done,) = ledger.queue.items(states=("done",))
    (second,) = ledger.queue.items(states=("intent",))
    everything = kill(first)
    killed = time.monotonic()
    until(lambda: not alive(everything), "browser, agent and hosts to be gone", 10)
    faults.clear()

    workers.start("beta")
    until(lambda: ledger.queue.item(second.id).state == "done", "the one in hand is known", within_s=180)
    record_property("known_s", time.monotonic() - killed)
    until(done(3), "all are done", within_s=180)
    record_property("all_sent_s", time.monotonic() - killed)
    assert len(accepted(ORGANISATION, round_number)) == 3
    moves = ledger.queue.moves(second.id)
    (third,) = [item for item in ledger.queue.items() if item.id not in {first_done.id, second.id}]
    assert ledger.queue.moves(third.id)[1].at > moves[-2].at, "what nobody saw the end of comes before anything new"
    assert [move.after for move in moves][-5:] == ["intent", "unknown", "unknown", "accepted", "done"]
    assert [len(ledger.attempts("submission", item.key)) for item in ledger.queue.items()] == [1] * 3
    assert {one["kind"] for one in ledger.attempts("submission", second.key)[0].proofs} == {"lookup", "number"}
    (alpha, beta) = ledger.workers.workers()
    assert [alpha.alive(SILENCE_S), beta.alive(SILENCE_S)] == [False, True]
    assert beta.tokens[serial_of(world.layout, ORGANISATION)] == [ORGANISATION]
    until(lambda: ledger.check().breaches == (), "the books hold together")

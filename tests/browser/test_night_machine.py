"""Nights in a real browser on a machine that fails: a disk that fills up, a clock that jumps. Nothing twice, nothing lost.

The protocol without a browser meets the same faults in the ordinary run, with the tests of the machine's faults.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from fixtures.faults.machine import MAKE_ROOM, jump_later, jump_now
from robot import settings
from robot.ledger import Ledger
from tests.browser.nights import SAMPLES, events
from tests.waiting import until

KEY = "an-phu"
FILES = SAMPLES[:3]
IN_HAND = ("claimed", "prepared", "signed", "intent", "accepted")
NIGHT = ("nightly", "--org", KEY, "--json")
QUICK = {"VSS_ROBOT_OUTBOX__STABLE_S": "0.1", "VSS_ROBOT_NIGHTLY__MEMORY_MB": "0"}


@pytest.fixture
def home(world, account, chain, request):
    """The desk of an organisation with an account, on a machine with the fault; the robot's home there."""
    account(KEY)
    chain.set(request.param, KEY)
    yield world.layout.desk(KEY) / "home"
    chain.clear(KEY)


def planned(world, round_number) -> None:
    files = [str(world.dossier(KEY, name)) for name in FILES]
    added = world.robot_at(KEY, "queue", "add", "--org", KEY, "--round", round_number, *files)
    assert added.exit_code == 0, added.talk


@pytest.mark.long
@pytest.mark.parametrize("home", ["disk-full"], indirect=True)
def test_a_night_on_a_full_disk_says_so_and_the_next_one_sends_all(world, home, round_number, accepted):
    """No traceback, nothing sent that the books do not know; with room again each is sent once."""
    planned(world, round_number)
    full = world.robot_at(KEY, *NIGHT, **QUICK)
    assert len(FILES) > told_of(full, accepted(KEY, round_number), home), "the disk did fill up"
    sends_the_rest(world, accepted, round_number)


@pytest.mark.long
@pytest.mark.parametrize("home", ["disk-full"], indirect=True)
def test_a_disk_that_fills_up_with_a_dossier_in_hand(world, home, round_number, accepted):
    """The same, when there was room until a dossier was under way."""
    if not home.is_mount():
        pytest.skip("this user may not mount a small disk, and a test fills no other one")
    planned(world, round_number)
    subprocess.run([world.layout.desk(KEY) / MAKE_ROOM], check=True)
    with Ledger.open(settings.Ledger(), home) as ledger, ThreadPoolExecutor(1) as beside:
        night = beside.submit(world.robot_at, KEY, *NIGHT, **QUICK)
        until(lambda: night.done() or ledger.queue.items(states=IN_HAND), "a dossier in hand", 120)
        with (home / "swollen").open("wb", buffering=0) as swollen, suppress(OSError):
            while True:
                swollen.write(bytes(4096))
        full = night.result()
    assert len(FILES) > told_of(full, accepted(KEY, round_number), home), "the disk did fill up"
    (home / "swollen").unlink()
    sends_the_rest(world, accepted, round_number)


def told_of(full, there, home) -> int:
    """A night on a full disk: a sentence in place of a traceback; how many it has sent, each of which the books know of."""
    assert full.exit_code in {2, 15}, full.talk + full.out
    assert "Traceback" not in full.talk + full.out
    assert "ledger.sqlite" in full.talk + full.out, "which file could not be written is said"
    with Ledger.open(settings.Ledger(), home) as ledger:
        assert len(there) <= len([item for item in ledger.queue.items() if item.effect is not None])
    return len(there)


def sends_the_rest(world, accepted, round_number) -> None:
    """With room again one more night sends what is not sent, and each has been sent once."""
    sent = len(accepted(KEY, round_number))
    subprocess.run([world.layout.desk(KEY) / MAKE_ROOM], check=True)
    ran = world.robot_at(KEY, *NIGHT, **QUICK)
    assert ran.exit_code == 0, ran.talk + ran.out
    assert len(FILES) - sent <= events(ran.out)[-1]["accepted"] <= len(FILES)
    assert len(accepted(KEY, round_number)) == len(FILES)
    assert world.robot_at(KEY, "ledger", "check").exit_code == 0


@pytest.mark.long
@pytest.mark.parametrize(("home", "ahead"), [("robot-clock-ahead", True), ("robot-clock-back", False)], indirect=["home"])
def test_a_night_whose_clock_jumps_two_hours_sends_each_once(world, home, round_number, accepted, faults, ahead):
    """After one is sent, which is known to be there; the next one's answer is lost: what is not found by its time is held."""
    shared = world.layout.desk(KEY) / "machine"
    jump_later(shared)
    planned(world, round_number)
    faults.set("duplicate-taken", world.organisation(KEY).tax_code)  # so that a second sending would show
    with Ledger.open(settings.Ledger(), home) as ledger:
        with ThreadPoolExecutor(1) as beside:
            night = beside.submit(world.robot_at, KEY, *NIGHT, **QUICK, VSS_ROBOT_SUBMISSION__LAG_S="5")
            until(lambda: night.done() or ledger.queue.items(states=("done",)), "a dossier to be sent", 120)
            faults.set("connection-dropped", world.organisation(KEY).tax_code, at="/api/ho-so")
            jump_now(shared)
            ran = night.result()
        assert ran.exit_code in {0, 15}, ran.talk + ran.out
        told = events(ran.out)[-1]
        assert (told["accepted"] + told["held"], told["not_started"]) == (len(FILES), 0), told
        assert len(accepted(KEY, round_number)) == len(FILES)
        begun = [run.started for run in ledger.runs(99)]
        assert max(begun) - min(begun) > timedelta(hours=1.9), "it did jump meanwhile"
        held = [item.id for item in ledger.queue.items(states=("held",))]
        # The list's times are two hours behind the sending's by a clock that is ahead: whose that row is, a person says.
        assert len(held) == told["held"] <= ahead
        assert [question.item for question in ledger.open_questions()] == held
        assert ledger.check().breaches == ()

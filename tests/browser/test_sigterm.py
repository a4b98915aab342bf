"""SIGTERM at every stage of a night in a real browser: it ends within the grace period, in a safe state, and leaves nothing.

A short sample (stopped when a dossier has ended) is in the ordinary run, with the tests of the night.
"""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from robot import settings
from robot.ledger import Ledger
from tests.browser.nights import ORGANISATION, events, of_tabs, planned, running
from tests.waiting import alive, until

GRACE_S = 30
ROUNDS = ("90", "91", "92")
TOLD = ("night", "waiting", "ready", "begun", "ended")
MOMENTS = ("night", "waiting", "ready", "begun", "claimed", "prepared", "signed", "intent", "ended")
"""Events of the night by their names (`TOLD`), and states of the dossier in hand."""


@pytest.fixture
def home(settled_home) -> Path:
    return Path(settled_home(ORGANISATION))


@pytest.fixture
def variables(world, home) -> dict[str, str]:
    return of_tabs(world, home, 1) | {"VSS_ROBOT_NIGHTLY__GRACE_S": str(GRACE_S)}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_stopped_at_every_stage_it_ends_in_time_and_nothing_is_sent_twice(world, home, variables, accepted, faults):
    """One night after the other, each stopped at another moment; the last one is let be, and all is sent, each once."""
    for turn in ROUNDS:
        planned(world, variables, turn)
    # So that each state lasts long enough to be met.
    faults.set("portal-slow", world.organisation(ORGANISATION).tax_code, seconds=1.0)
    with Ledger.open(settings.Ledger(), home) as ledger:
        took = {moment: stopped_at(moment, world, variables, ledger, accepted) for moment in MOMENTS}
        left = ledger.queue.items(states=("planned",))
        assert left, "the last night has something to send"
        faults.clear()
        ran = world.robot("nightly", "--org", ORGANISATION, "--json", **variables)
        assert ran.exit_code == 0, ran.talk + ran.out
        assert events(ran.out)[-1]["accepted"] == len(left)
        assert [len(accepted(ORGANISATION, turn)) for turn in ROUNDS] == [3] * len(ROUNDS)
        assert {item.state for item in ledger.queue.items()} == {"done"}
        assert ledger.check().breaches == ()
    print(f"seconds from SIGTERM to the end, by moment: {took}")  # noqa: T201 - shown by -s and -rP: README's figures


def stopped_at(moment: str, world, variables, ledger: Ledger, accepted) -> float:
    """Begin a night and stop it at the moment; how many seconds it took to end.

    It ends with a balance, within the grace period; it begins nothing more; no process is left; what was sent has its receipt,
    and what was not is planned: the portal answers, slowly, so that nothing need be left unknown.
    """
    with running(world, variables) as night:
        told: list[dict] = []
        reader = threading.Thread(target=lambda: told.extend(event for line in night.stdout for event in events(line)))
        reader.start()
        until(met(moment, told, ledger), moment, 180)
        whole = [psutil.Process(night.pid), *psutil.Process(night.pid).children(recursive=True)]
        before, begun = len(told), time.monotonic()
        night.send_signal(signal.SIGTERM)
        assert night.wait(GRACE_S) == 15, moment
        seconds = round(time.monotonic() - begun, 1)
        reader.join()
    until(lambda: not alive(whole), f"nothing to be left of the night stopped at {moment}", 5)
    assert len([event for event in told[before:] if event["event"] == "begun"]) <= 1, "one may have been on its way"
    balance = told[-1]
    assert balance["planned"] == sum(balance[name] for name in ("accepted", "refused", "held", "not_started")), balance
    assert (balance["outcome"], balance["stopped"]) == ("left", "stopped"), balance
    there = sum(len(accepted(ORGANISATION, turn)) for turn in ROUNDS)
    states = sorted(item.state for item in ledger.queue.items())
    assert states == ["done"] * there + ["planned"] * (3 * len(ROUNDS) - there), moment
    return seconds


def met(moment: str, told: list[dict], ledger: Ledger) -> Callable[[], bool]:
    """Whether the moment has come: an event was told, or a dossier is in the state."""
    if moment in TOLD:
        return lambda: any(event["event"] == moment for event in list(told))
    return lambda: bool(ledger.queue.items(states=(moment,)))

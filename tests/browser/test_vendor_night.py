"""Nights in which the VSS library signs: its PIN window, on a screen of its own, is answered by a person, or by nobody."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.softhsm import pin_path
from fixtures.vendor import host_path, install
from robot import settings
from robot.ledger import Ledger
from tests.doubles.screen import Person, virtual_screen
from tests.waiting import until

ORGANISATION, OTHER = "hoa-binh", "song-lo"


@pytest.fixture(scope="module")
def screen():
    with virtual_screen() as name:
        yield name


@pytest.fixture
def windows(world, screen):
    """At both desks the library asks for the PIN in a window; the files that answer for a person are empty."""
    kept = {}
    for key in (ORGANISATION, OTHER):
        program = host_path(world.layout.directory, world.organisation(key))
        kept[program] = program.read_text(encoding="utf-8")
        install(world.layout.directory, world.organisation(key), sys.executable, window=True)
        program.with_name("pin").write_text("", encoding="ascii")
    yield Person(screen)
    for program, text in kept.items():
        program.write_text(text, encoding="utf-8")
        key = program.parent.name
        pin = pin_path(world.layout.directory, world.organisation(key)).read_text(encoding="ascii")
        program.with_name("pin").write_text(pin, encoding="ascii")


@pytest.fixture
def variables(account, settled_home, screen) -> dict[str, str]:
    """A home of the test's own; more tabs than the library's windows allow."""
    account(OTHER)
    return {
        "VSS_ROBOT_HOME": settled_home(ORGANISATION),
        "VSS_ROBOT_NIGHTLY__TABS": "3",
        "VSS_ROBOT_OUTBOX__STABLE_S": "0.1",
        "DISPLAY": screen,
    }


def planned(world, variables, key, round_number, number) -> None:
    samples = ("BHXHDienTu.xml", "BHXHDienTu-full.xml", "Báo tăng lao động đợt đầu.xml")[:number]
    files = [str(world.dossier(key, name)) for name in samples]
    added = world.robot("queue", "add", "--org", key, "--round", round_number, *files, **variables)
    assert added.exit_code == 0, added.talk


@contextmanager
def somebody(world, windows, home) -> Iterator[list[int]]:
    """Somebody who types the PIN as soon as there is a question; how many windows stood on the screen at each look."""
    over, seen = threading.Event(), []

    def sit() -> None:
        with Ledger.open(settings.Ledger(), home) as ledger:
            while not over.wait(0.1):
                seen.append(len(windows.sees_windows()))
                for asked in [one for one in ledger.open_questions() if one.kind == "pin_window"]:
                    organisation = world.organisation(asked.organisation)
                    windows.types(pin_path(world.layout.directory, organisation).read_text(encoding="ascii").strip(), "Return")
                    until(lambda one=asked: ledger.question(one.id).state != "open", "the question to be settled", 30)

    thread = threading.Thread(target=sit)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def events(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.long
def test_a_person_answers_each_window_and_every_signature_is_counted(world, windows, variables, round_number, accepted):
    """Two organisations, one log-in each, one window at a time: asked, answered, sent; signatures are as many as sendings."""
    planned(world, variables, ORGANISATION, round_number, 3)
    planned(world, variables, OTHER, round_number, 1)
    home = Path(variables["VSS_ROBOT_HOME"])
    with somebody(world, windows, home) as seen:
        ran = world.robot("nightly", "--org", ORGANISATION, "--org", OTHER, "--json", **variables)
    assert ran.exit_code == 0, ran.talk + ran.out
    told = events(ran.out)
    assert {"planned": 4, "accepted": 4, "signatures": 4, "intents": 4}.items() <= told[-1].items()
    assert [len(accepted(key, round_number)) for key in (ORGANISATION, OTHER)] == [3, 1]
    assert max(seen) == 1
    # One session after the other has the person's attention, whatever lanes and tabs there are.
    whose = [event["organisation"] for event in told if event["event"] in {"begun", "ended"}]
    assert whose in ([ORGANISATION] * 6 + [OTHER] * 2, [OTHER] * 2 + [ORGANISATION] * 6)
    kinds = [event["event"] for event in told if event["event"] in {"begun", "ended"}]
    assert kinds == ["begun", "ended"] * 4
    with Ledger.open(settings.Ledger(), home) as ledger:
        for session in [run for run in ledger.runs(20) if run.flow == "night-session"]:
            dossiers = ledger.runs_within(session.id)
            kinds = [(one.kind, one.state) for one in ledger.questions(session.id)]
            assert kinds == [("captcha", "answered"), *[("pin_window", "answered")] * len(dossiers)]
            signed = [[(one.signer, one.origin) for one in ledger.signatures(run.id)] for run in (session, *dossiers)]
            assert signed == [[], *[[("vendor", "https://gddt.baohiemxahoi.gov.vn")]] * len(dossiers)]
            assert (session.signing, session.token, session.alarms) == ({"mode": "vendor", "attended": "yes"}, None, ())
    checked = world.robot("ledger", "check", **variables)
    assert checked.exit_code == 0, checked.talk


@pytest.mark.long
def test_a_window_that_nobody_answers_ends_the_session(world, windows, variables, round_number, accepted):
    """Nothing is sent, the rest is not begun, the night balances; a person says what became of it, and all goes on."""
    planned(world, variables, ORGANISATION, round_number, 3)
    home = Path(variables["VSS_ROBOT_HOME"])
    ran = world.robot("nightly", "--org", ORGANISATION, "--json", **variables, VSS_ROBOT_TIMERS__ANSWER_S="3")
    assert ran.exit_code == 15, ran.talk + ran.out
    told = events(ran.out)
    balance = {"planned": 3, "accepted": 0, "held": 1, "not_started": 2, "signatures": 0, "intents": 1, "confirmed": 0}
    assert balance.items() <= told[-1].items()
    (over,) = [event for event in told if event["event"] == "over"]
    assert (over["outcome"], over["error"]) == ("waiting", "PersonAwaited")
    assert windows.sees_windows() == []
    assert accepted(ORGANISATION, round_number) == []
    with Ledger.open(settings.Ledger(), home) as ledger:
        (asked,) = [one for run in ledger.runs(9) for one in ledger.questions(run.id) if one.kind == "pin_window"]
        assert asked.state == "expired"
        (held,) = ledger.open_questions()
        assert (held.kind, ledger.queue.item(held.item).state) == ("held", "held")
    # Whoever was at lunch knows that nothing was signed.
    answered = world.robot("answer", str(held.id), "absent", **variables)
    assert answered.exit_code == 0, answered.talk
    with somebody(world, windows, home):
        ran = world.robot("nightly", "--org", ORGANISATION, "--json", **variables)
    assert ran.exit_code == 0, ran.talk + ran.out
    assert {"planned": 3, "accepted": 3, "signatures": 3}.items() <= events(ran.out)[-1].items()
    assert len(accepted(ORGANISATION, round_number)) == 3
    checked = world.robot("ledger", "check", **variables)
    assert checked.exit_code == 0, checked.talk

"""A machine whose disk fills up, whose clock jumps, whose mail server is down: nothing is lost, nothing is sent twice."""

import json
import os
import pickle
import smtplib
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from fixtures.faults.disk import limited, mounted, take_away
from fixtures.faults.machine import JUMP_S, MAKE_ROOM, clock_library
from fixtures.portal import verdict_letters
from fixtures.portal.faults import Faults
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings
from tests.doubles.portal import running_portal
from tests.doubles.small_machine import FELL, WITHIN_S, Task
from tests.proof.walking import carry, dossier, item_of, site
from tests.waiting import until

KEY = "an-phu"
WAYS = {"lease_s": 60, "lag_s": 0.3, "back_off_s": 0.2}
STEPS = ("claim", "prepared", "signed", "intend", "accept", "done")
NIGHT = "2026"
NUMBER = "00001/2026/07906"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def known(portal, tmp_path):
    """An organisation with an account at a portal that takes duplicates, so that a second sending would show."""
    home = tmp_path / "home"
    home.mkdir()
    made = site(portal.client(), "office", home, "", WAYS)
    Faults(made.portal.truth).set("duplicate-taken", made.username)
    client = made.client()
    client.log_in()
    return replace(made, cookies=client.desk.cookies)


@pytest.fixture
def begin(tmp_path):
    """Starts `tests.doubles.small_machine` with an environment."""
    with ExitStack() as started:

        def start(what, task, stdout=None, **variables):
            (tmp_path / "task").write_bytes(pickle.dumps(task))
            command = [sys.executable, "-m", "tests.doubles.small_machine", what, str(tmp_path / "task")]
            process = started.enter_context(subprocess.Popen(command, stdout=stdout, env=os.environ | variables))
            started.callback(process.kill)
            return process

        yield start


@pytest.fixture(params=["mounted", "limited"])
def disk(request, known, tmp_path):
    """A small disk under the office's home: a real one, and one that is counted."""
    (tmp_path / "aside").mkdir()
    made = (mounted if request.param == "mounted" else limited)(known.home, tmp_path / "aside")
    if made is None:
        pytest.skip("this user may not mount a disk; the other kind is tested")
    yield made
    take_away(known.home)


def test_a_full_disk_loses_nothing_and_sends_nothing_twice(known, disk, begin):
    """Full before each step of the protocol in turn: the run falls, and with room again each dossier is sent once."""
    task = Task(known, f"01/{NIGHT}", disk=disk, steps=STEPS)
    filled = begin("fill", task, stdout=subprocess.PIPE, **disk.variables)
    said, _ = filled.communicate(timeout=60)
    assert json.loads(said) == [[step, FELL, 1 if step in {"accept", "done"} else 0] for step in STEPS]
    head = dossier(known, task.period)
    with known.open_books() as ledger:
        for turn in range(1, len(STEPS) + 1):
            item = item_of(ledger, head.business_key(turn))
            if item is None or item.state != "done":
                carry(ledger, known.client(), known, head, turn, WITHIN_S)
        keys = [head.business_key(turn) for turn in range(1, len(STEPS) + 1)]
        assert [(known.accepted(key), item_of(ledger, key).state) for key in keys] == [(1, "done")] * len(STEPS)
        assert ledger.check().breaches == ()


@pytest.mark.parametrize("jump_s", [JUMP_S, -JUMP_S])
def test_a_clock_that_jumps_loses_nothing_and_sends_nothing_twice(known, begin, tmp_path, jump_s):
    """While one process sends, another one looks after the dead; the clock jumps for both, and the living are left alone."""
    shared = tmp_path / "shared"
    shared.mkdir()
    library = str(clock_library(tmp_path, shared, jump_s, 10**6))
    task = Task(known, f"01/{NIGHT}", rounds=8, shared=shared, over=tmp_path / "over")
    walking, looking = (begin(what, task, LD_PRELOAD=library) for what in ("walk", "look"))
    assert walking.wait(60) == 0
    task.over.touch()
    assert looking.wait(60) == 0
    head = dossier(known, task.period)
    with known.open_books() as ledger:
        found = [item_of(ledger, head.business_key(turn)) for turn in range(1, task.rounds + 1)]
        assert [known.accepted(item.key) for item in found] == [1] * task.rounds
        # The list's times are two hours behind the sending's by a clock that is ahead: whose that row is, a person says.
        held = [item.id for item in found if item.state != "done"]
        assert [question.item for question in ledger.open_questions()] == held
        assert (jump_s > 0) >= bool(held)
        runs = ledger.runs(99)
        assert [run.outcome for run in runs if run.outcome == "abandoned"] == []
        assert max(run.started for run in runs) - min(run.started for run in runs) > timedelta(hours=1.9)  # it did jump meanwhile
        assert ledger.check().breaches == ()


def test_the_switch_leaves_a_desk_with_little_room_until_somebody_tidies_up(world, chain):
    """The command says in a sentence that it cannot write; nothing is half planned, and with room again all is planned once."""
    chain.set("disk-full", KEY)
    add = ("queue", "add", str(world.dossier(KEY)), "--org", KEY, "--json", "--round")
    assert world.robot_at(KEY, *add, "1").exit_code == 0
    home = world.layout.desk(KEY) / "home"
    with (home / "swollen").open("wb", buffering=0) as swollen, suppress(OSError):  # what else fills a disk
        while True:
            swollen.write(bytes(4096))
    refused = world.robot_at(KEY, *add, "2")
    assert [refused.exit_code, "Traceback" in refused.talk, "ledger.sqlite" in refused.talk] == [2, False, True]
    subprocess.run([world.layout.desk(KEY) / MAKE_ROOM], check=True)
    assert [world.robot_at(KEY, *add, number).exit_code for number in ("1", "2")] == [0, 0]
    listed = json.loads(world.robot_at(KEY, "queue", "list", "--json").out)
    assert [item["key"][-2:] for item in listed] == ["01", "02"]
    assert world.robot_at(KEY, "ledger", "check").exit_code == 0
    chain.clear(KEY)
    assert [home.exists(), home.is_mount()] == [False, False]


@pytest.mark.parametrize(("name", "jump_s"), [("robot-clock-ahead", JUMP_S), ("robot-clock-back", -JUMP_S)])
def test_the_switch_makes_the_robots_clock_jump(world, chain, name, jump_s):
    """Right at the robot's start, and wrong for every process of it a moment later."""
    chain.set(name, KEY)
    variables = chain.variables(KEY)

    def wrong():
        command = [sys.executable, "-c", "import time; print(time.time())"]
        told = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | variables)
        return float(told.stdout) - time.time()

    assert abs(wrong()) < 5
    until(lambda: abs(wrong() - jump_s) < 5, "the clock has jumped")
    assert world.robot_at(KEY, "queue", "list").exit_code == 0
    chain.clear(KEY)
    assert chain.variables(KEY) == {}


def test_a_night_without_a_mail_server_goes_on_and_the_next_one_reads_the_verdict(world, chain):
    """The mailbox's silence is said and ends nothing; the verdict that came meanwhile is booked once, by the next night."""
    chain.set("mailbox-down", KEY)
    settings = world.layout.settings_of(KEY)
    home = world.layout.desk(KEY) / "home"
    run = _sent(world, home)
    outbox = home / "outbox" / KEY
    outbox.mkdir(parents=True)
    (outbox / "hoá đơn.pdf").write_bytes(b"%PDF-1.7")
    nightly = ("nightly", "--org", KEY, "--json")
    quick = {"VSS_ROBOT_OUTBOX__STABLE_S": "0.05", "VSS_ROBOT_TIMERS__MAIL_S": "1"}
    first = world.robot_at(KEY, *nightly, **quick)
    events = [json.loads(line) for line in first.out.splitlines()]
    assert [event["outcome"] for event in events if event["event"] in {"taken", "balance"}] == ["refused", "done"]
    assert [event["organisation"] for event in events if event["event"] == "say"] == [KEY, KEY]  # at its beginning and its end

    healed = settings.with_name("healed.toml")
    back = f"port = {world.state['imap']['port']}"
    healed.write_text(settings.read_text(encoding="utf-8").replace("\nport = 1\n", f"\n{back}\n"), encoding="utf-8")
    for _ in range(2):
        again = world.robot_at(KEY, *nightly, VSS_ROBOT_SETTINGS=str(healed), **quick)
        assert again.exit_code == 0, again.talk
    with Ledger.open(LedgerSettings(), home) as ledger:
        assert [verdict.outcome for verdict in ledger.verdicts(run)] == ["valid"]
        assert ledger.check().breaches == ()
    healed.unlink()


def _sent(world, home):
    """A dossier that the portal has, in the books, and its verdict in the mailbox."""
    row = world.organisation(KEY)
    with Ledger.open(LedgerSettings(), home) as ledger:
        run = ledger.begin_run("submit", KEY, {}, home / "evidence")
        sent = ledger.intend(run, "submission", f"{row.unit_code}/600/11/2026/01", {"sha256": "a" * 64, "file": "a.xml"})
        ledger.confirm(sent.id, {"kind": "dossier", "number": NUMBER, "at": ""})
        ledger.end_run(run, "done")
    facts = {
        "tax_code": row.tax_code,
        "number": NUMBER,
        "file_name": "a.xml",
        "procedure": "600",
        "period": "11/2026",
        "round": "01",
    }
    letter = verdict_letters.write(verdict_letters.Verdict(facts, []), "text", row.email, "no-reply@baohiemxahoi.gov.vn")
    with smtplib.SMTP(world.state["smtp"]["host"], world.state["smtp"]["port"]) as server:
        server.send_message(letter)
    return run

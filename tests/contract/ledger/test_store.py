"""The books as a store: rules in the schema, crashes, and processes that race one another."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from robot import settings
from robot.ledger import Ledger, owner, tables

RULES = [
    {"state": "perhaps"},
    {"attempt": 0},
    {"state": "confirmed", "settled": datetime(2026, 1, 1, tzinfo=UTC)},
    {"state": "refused", "settled": datetime(2026, 1, 1, tzinfo=UTC)},
    {"state": "intent", "settled": datetime(2026, 1, 1, tzinfo=UTC)},
    {"state": "superseded"},
    {"run": "no such run"},
    {"attempt": 1},
    {"attempt": 2},
]


@pytest.mark.parametrize("wrong", RULES)
def test_the_schema_itself_refuses_what_must_not_be(ledger, run, wrong):
    """Even a program that goes round the ledger cannot write a wrong state, a second standing attempt or a used number."""
    ledger.intend(run, "k", "1", {})
    row = {"organisation": "x", "kind": "k", "key": "1", "detail": {}, "intended": datetime.now(UTC), "state": "intent"}
    if "attempt" not in wrong:
        row["key"] = "2"
    with pytest.raises(IntegrityError), ledger._store.writing() as books:
        books.execute(insert(tables.effects).values({**row, "run": run, "attempt": 1, **wrong}))


@pytest.mark.usefixtures("run")
def test_a_naive_time_is_refused(ledger):
    """A time without its zone would be somebody's guess later."""
    with pytest.raises(Exception, match="without its zone"), ledger._store.writing() as books:
        books.execute(update(tables.runs).values(started=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point of the test


def test_a_reader_waits_for_no_writer(ledger, run):
    """While one transaction writes, another one reads what was there before."""
    with ledger._store.writing() as books:
        books.execute(update(tables.runs).values(outcome="done", ended=datetime.now(UTC)))
        assert ledger.run(run).outcome == "running"
    assert ledger.run(run).outcome == "done"


def test_runs_whose_process_is_gone_are_reaped(ledger, run, tmp_path, monkeypatch):
    """A dead process's run and open steps are abandoned; its effects stay; this process's own runs go on."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(owner, "this_process", lambda: (owner.platform.node(), ended.pid, 1.0))
    lost = ledger.begin_run("submit", "song-lo", {}, tmp_path)
    done, broken_off = ledger.begin_step(lost, "one"), ledger.begin_step(lost, "two")
    ledger.end_step(done, "done")
    effect = ledger.intend(lost, "submission", "k", {})
    assert [(each.id, each.outcome) for each in ledger.reap()] == [(lost, "abandoned")]
    assert [step.outcome for step in ledger.steps(lost)] == ["done", "abandoned"]
    assert broken_off == ledger.steps(lost)[1].id
    assert ledger.newest("submission", "k") == effect
    assert ledger.run(run).outcome == "running"
    assert ledger.reap() == []


@pytest.mark.usefixtures("run")
def test_a_process_number_given_out_again_is_another_process(ledger, tmp_path, monkeypatch):
    """This process's number with another start is not this process; another machine's cannot be judged from here."""
    machine, process, started = owner.this_process()
    monkeypatch.setattr(owner, "this_process", lambda: (machine, process, started - 3600))
    before_reboot = ledger.begin_run("a", "x", {}, tmp_path)
    monkeypatch.setattr(owner, "this_process", lambda: (f"not-{machine}", 1, 1.0))
    elsewhere = ledger.begin_run("a", "x", {}, tmp_path)
    assert [each.id for each in ledger.reap()] == [before_reboot]
    assert ledger.run(elsewhere).outcome == "running"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_books(request):
    """The address of books that nobody has made yet."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres")
    made = server.database()
    yield made
    server.drop(made)


OPENER = """
import sys
from pathlib import Path
from robot import settings
from robot.ledger import EffectStands, Ledger
with Ledger.open(settings.Ledger(url=sys.argv[2]), Path(sys.argv[1])) as ledger:
    run = ledger.begin_run("submit", "hoa-binh", {}, Path("e"))
    for key in range(20):
        try:
            ledger.intend(run, "submission", str(key), {})
            print(key)
        except EffectStands:
            pass
    ledger.end_run(run, "done")
"""


def test_of_many_processes_one_may_do_each_thing(new_books, tmp_path):
    """Three processes make the books together and race for the same twenty effects: each is intended exactly once."""

    def race(_):
        command = [sys.executable, "-c", OPENER, str(tmp_path), new_books]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()

    with ThreadPoolExecutor(3) as pool:
        won = [int(key) for keys in pool.map(race, range(3)) for key in keys]
    assert sorted(won) == list(range(20))


KILLED = """
import os, signal, sys
from pathlib import Path
from robot import settings
from robot.ledger import Ledger
ledger = Ledger.open(settings.Ledger(url=sys.argv[2]), Path(sys.argv[1]))
run = ledger.begin_run("submit", "hoa-binh", {}, Path("e"))
ledger.intend(run, "submission", "k", {})
print(run, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_its_intent_and_is_reaped(address, tmp_path):
    """After kill -9 the intent stands and the run, found again, is abandoned."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), address], capture_output=True, text=True, check=False, timeout=60
    )
    with Ledger.open(settings.Ledger(url=address), tmp_path) as ledger:
        assert [run.id for run in ledger.reap()] == [killed.stdout.strip()]
        assert ledger.newest("submission", "k").state == "intent"

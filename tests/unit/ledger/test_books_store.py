"""The books as a store: rules in the schema, migrations, crashes, and what is said when they cannot be used."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from robot import settings
from robot.errors import UsageError
from robot.ledger import Ledger, owner, tables
from robot.ledger.migrate import NEWEST, SCRIPTS

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


def test_sqlite_is_set_to_lose_nothing(ledger):
    """WAL, synchronous FULL, foreign keys on, and a wait for other writers."""
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with ledger._store.reading() as books:
        assert {name: books.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas} == pragmas


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


def test_books_are_opened_again_without_alembic(tmp_path):
    """What is up to date costs no import of the migration library."""
    Ledger.open(settings.Ledger(), tmp_path).close()
    script = (
        "import sys; from pathlib import Path; from robot import settings; from robot.ledger import Ledger;"
        "Ledger.open(settings.Ledger(), Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == "False\n"


def test_migrations_make_the_tables_that_the_code_knows(ledger):
    """The last version is the one the code asks for, and migrated books equal the tables in code."""
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST
    with ledger._store.reading() as books:
        migrated = {row.name: row.sql for row in books.execute(text("SELECT name, sql FROM sqlite_master WHERE sql <> ''"))}
        assert compare_metadata(MigrationContext.configure(books), tables.books) == []
    assert "state IN ('intent', 'confirmed')" in migrated["effects_standing"]
    for table in tables.books.tables.values():
        for constraint in table.constraints:
            assert constraint.name is None or f"CONSTRAINT {constraint.name} " in migrated[table.name]
        for check in (c for c in table.constraints if hasattr(c, "sqltext")):
            words = migrated[table.name].replace(" ", "")
            assert f"CONSTRAINT {check.name} CHECK ({check.sqltext})".replace(" ", "") in words


def test_books_of_a_newer_robot_are_left_alone(tmp_path):
    """A version that this robot does not know is said, and nothing is changed."""
    Ledger.open(settings.Ledger(), tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(UsageError) as newer:
        Ledger.open(settings.Ledger(), tmp_path)
    assert newer.value.text.key == "errors.ledger_newer"
    assert "9999" in str(newer.value)


def _unusable(url, home):
    with pytest.raises(UsageError) as unusable:
        Ledger.open(settings.Ledger(url=url), home)
    assert unusable.value.text.key == "errors.ledger_unreadable"
    return str(unusable.value)


def test_books_that_cannot_be_used_are_said_in_a_sentence(tmp_path):
    """Not a database, a folder in its place, a file where the folder should be, an impossible address, an absent driver."""
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database, however long it is" * 100)
    assert "not a database" in _unusable("", tmp_path)
    (tmp_path / "a folder.sqlite").mkdir()
    assert "a folder.sqlite" in _unusable(f"sqlite:///{tmp_path / 'a folder.sqlite'}", tmp_path)
    assert "ledger.sqlite" in _unusable("", tmp_path / "ledger.sqlite")
    for url in (
        "postgresql//u:planted-password@h",
        "nosuchdatabase://u:planted-password@h/x",
        "postgresql+nosuchdriver://u:planted-password@h/x",
    ):
        assert "planted-password" not in _unusable(url, tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(tmp_path):
    """A read-only folder is said, not a traceback."""
    tmp_path.chmod(0o500)
    _unusable("", tmp_path)
    tmp_path.chmod(0o700)


def test_a_lock_that_is_never_let_go_is_said(tmp_path, monkeypatch):
    """A writer that holds the books for longer than the robot waits."""
    monkeypatch.setattr("robot.ledger.store.WAITS_MS", 50)
    with Ledger.open(settings.Ledger(), tmp_path) as ledger:
        other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError) as locked:
            ledger.begin_run("a", "x", {}, tmp_path)
        other.close()
    assert "locked" in str(locked.value)


def test_a_relative_address_counts_from_the_robots_home(tmp_path):
    """Books named by a relative SQLite address lie in the home, not where the command was typed."""
    Ledger.open(settings.Ledger(url="sqlite:///sổ/books.sqlite"), tmp_path).close()
    assert (tmp_path / "sổ" / "books.sqlite").exists()


OPENER = """
import sys
from pathlib import Path
from robot import settings
from robot.ledger import EffectStands, Ledger
with Ledger.open(settings.Ledger(), Path(sys.argv[1])) as ledger:
    run = ledger.begin_run("submit", "hoa-binh", {}, Path("e"))
    for key in range(20):
        try:
            ledger.intend(run, "submission", str(key), {})
            print(key)
        except EffectStands:
            pass
    ledger.end_run(run, "done")
"""


def test_of_many_processes_one_may_do_each_thing(tmp_path):
    """Six processes make the books together and race for the same twenty effects: each is intended exactly once."""

    def race(_):
        command = [sys.executable, "-c", OPENER, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()

    with ThreadPoolExecutor(6) as pool:
        won = [int(key) for keys in pool.map(race, range(6)) for key in keys]
    assert sorted(won) == list(range(20))


KILLED = """
import os, signal, sys
from pathlib import Path
from robot import settings
from robot.ledger import Ledger
ledger = Ledger.open(settings.Ledger(), Path(sys.argv[1]))
run = ledger.begin_run("submit", "hoa-binh", {}, Path("e"))
ledger.intend(run, "submission", "k", {})
print(run, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_its_intent_and_is_reaped(tmp_path):
    """After kill -9 the intent stands and the run, found again, is abandoned."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )
    with Ledger.open(settings.Ledger(), tmp_path) as ledger:
        assert [run.id for run in ledger.reap()] == [killed.stdout.strip()]
        assert ledger.newest("submission", "k").state == "intent"

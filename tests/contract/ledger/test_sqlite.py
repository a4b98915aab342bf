"""Books in a file (SQLite): how the file is opened, and what is said when it cannot be used."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from robot import settings
from robot.errors import UsageError
from robot.ledger import Ledger, tables
from robot.ledger.migrate import NEWEST, SCRIPTS
from robot.texts import LANGUAGES
from tests.doubles.way import brought, new


@pytest.fixture
def address():
    """Books in the robot's home."""
    return ""


def test_sqlite_is_set_to_lose_nothing(ledger):
    """WAL, synchronous FULL, foreign keys on, and a wait for other writers."""
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with ledger._store.reading() as books:
        assert {name: books.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas} == pragmas


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
    assert "planted-password" not in _unusable("postgresql//u:planted-password@h", tmp_path)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://u:planted-password@h/x", "postgresql+psycopg://h/x?password=planted-password"]
)
def test_an_address_holds_no_password(url, tmp_path):
    """It is refused with a sentence that says where a password belongs, and does not repeat it."""
    with pytest.raises(UsageError) as refused:
        Ledger.open(settings.Ledger(url=url), tmp_path)
    assert refused.value.text.key == "errors.ledger_password"
    for language in LANGUAGES:
        said = refused.value.text.say(language)
        assert "PGPASSFILE" in said
        assert "planted" not in said
    for unknown in ("nosuchdatabase://u@h/x", "postgresql+nosuchdriver://u@h/x"):
        _unusable(unknown, tmp_path)


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


def test_a_dossier_asks_no_more_of_long_books_than_of_short_ones(ledger, tmp_path):
    """The steps that SQLite takes for one are the same after fifty others: nothing is found by reading all."""
    taken = 0

    def step():
        nonlocal taken
        taken += 1

    def counting(connection, _record):
        connection.execute("PRAGMA synchronous=OFF")  # nobody cuts the power here
        connection.set_progress_handler(step, 1)

    event.listen(ledger.store.engine, "connect", counting)
    ledger.store.engine.dispose()
    counted = []
    for number in range(50):
        before, run = taken, ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
        ledger.reap()
        ledger.protocol.recover()
        dossier = new(f"TZ0101A/600/11/{number:04d}/01")
        item = brought(ledger, run, "accepted", replace(dossier, file=f"/outbox/{number}.xml", source="outbox"))
        ledger.protocol.done(item)
        assert ledger.last_taken("submission", "hoa-binh", None).id == item.effect
        assert ledger.queue.item_at(item.file).id == item.id
        ledger.queue.items(states=("planned", "unknown"))
        ledger.end_run(run, "done")
        counted.append(taken - before)
    assert counted[5] == counted[49]

"""Books on a PostgreSQL server: its own schema, its settings, and how a password reaches it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text

from robot import settings
from robot.errors import UsageError
from robot.ledger import Ledger, tables
from tests.doubles.postgres import GUARDED


@pytest.fixture
def address(books_on_server):
    """The books on the server; only looked at here."""
    return books_on_server


def test_migrations_make_the_tables_that_the_code_knows(ledger):
    """On the server as in a file; every rule of the code by its name."""
    with ledger.store.reading() as books:
        assert compare_metadata(MigrationContext.configure(books), tables.books) == []
        named = set(books.execute(text("SELECT conname FROM pg_constraint")).scalars())
        indexes = set(books.execute(text("SELECT indexname FROM pg_indexes")).scalars())
    for table in tables.books.tables.values():
        assert {str(rule.name) for rule in table.constraints if rule.name} <= named
        assert {str(index.name) for index in table.indexes} <= indexes


def test_a_commit_is_on_disk_and_no_lock_is_waited_for_without_end(ledger):
    """Whatever the server's own settings are."""
    with ledger.store.reading() as books:
        assert [books.execute(text(f"SHOW {name}")).scalar() for name in ("synchronous_commit", "lock_timeout")] == ["on", "10s"]


def test_the_password_is_read_from_a_file(postgres, books_on_server, tmp_path, monkeypatch):
    """Without it the server refuses, in a sentence; with PGPASSFILE it lets us in."""
    postgres.give_password("planted-password")
    url = postgres.address(str(make_url(books_on_server).database), GUARDED)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    with pytest.raises(UsageError) as refused:
        Ledger.open(settings.Ledger(url=url), tmp_path)
    assert refused.value.text.key == "errors.ledger_unreadable"
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{GUARDED}:planted-password\n", encoding="ascii")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    with Ledger.open(settings.Ledger(url=url), tmp_path) as opened:
        assert opened.runs(1) == []

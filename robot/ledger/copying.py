"""The books taken elsewhere: a copy of the file while others write, and rows as JSON lines without what is personal."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from robot.errors import UsageError
from robot.ledger import tables
from robot.ledger.queue_tables import items, moves, night_items, nights, waits, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.ledger.store import Store

ITEM_COLUMNS = tuple(column.name for column in items.columns if column.name not in {"file", "name", "said", "faults", "lease"})
# What is exported, and by which column a row is dated. Columns that can hold names, addresses, file names or words of a person,
# a mail or the portal are left out: only what is named here leaves the house.
EXPORTED: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (tables.runs, "started", ("id", "flow", "organisation", "outcome", "started", "ended", "token", "night", "session")),
    (tables.steps, "started", ("id", "run", "name", "outcome", "started", "ended")),
    (tables.effects, "intended", ("id", "run", "organisation", "kind", "attempt", "state", "receipt", "intended", "settled")),
    (items, "changed", ITEM_COLUMNS),
    (moves, "at", ("id", "item", "at", "before", "after", "run", "fence")),
    (tables.signatures, "at", ("id", "run", "at", "signer", "origin", "algorithm", "digest")),
    (tables.verdicts, "booked", ("id", "organisation", "outcome", "effect", "number", "booked")),
    (tables.questions, "asked", ("id", "run", "item", "organisation", "kind", "state", "asked", "expires", "settled")),
    (tables.tokens, "begun", ("serial", "state", "run", "begun", "settled", "cleared")),
    (nights, "begun", ("id", "machine", "begun", "ended", "until", "outcome")),
    (night_items, "", ("night", "item", "result", "run", "seconds")),
    (workers, "beat", ("identity", "machine", "started", "beat", "ended")),
    (waits, "begun", ("id", "run", "kind", "begun", "again", "expires", "ended", "taken_up")),
)


def backup(store: Store, file: Path) -> int:
    """Copy SQLite's books, as they are at one moment, into a new file that only the user may read; returns its size in bytes.

    Raises:
        UsageError: `backup_on_server`, `backup_exists`, `backup_failed`.
    """
    if store.engine.dialect.name != "sqlite":
        raise UsageError("backup_on_server", file=store.name)
    if file.exists():
        raise UsageError("backup_exists", file=file)
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(store, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except (OSError, sqlite3.Error) as wrong:
        part.unlink(missing_ok=True)
        raise UsageError("backup_failed", file=file, why=wrong) from wrong
    return file.stat().st_size


def _copy(store: Store, part: Path) -> None:
    """SQLite's own online copy: writers go on, and the copy is what was committed when it ended."""
    books, copy = store.engine.raw_connection(), sqlite3.connect(part)
    try:
        source = books.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - for the type checker: the dialect was asked
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, nothing beside it
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    finally:
        copy.close()
        books.close()


def export(store: Store, since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Every row as `{"table": …, …}`, times in ISO 8601 and UTC; with `since`, rows dated from then on."""
    with store.reading(steady=True) as books:
        for table, dated, columns in EXPORTED:
            wanted = select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
            if since is not None and dated:
                wanted = wanted.where(table.c[dated] >= since)
            for row in books.execute(wanted).mappings():
                values: dict[str, Any] = {
                    name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()
                }
                if table is tables.effects:
                    values["number"] = (values.pop("receipt") or {}).get("number")  # the rest of it are words of the portal
                yield {"table": table.name, **values}

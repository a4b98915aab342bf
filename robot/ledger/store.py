"""The database under the books: how it is opened, and transactions whose errors are told in a sentence.

SQLite: WAL, so that readers wait for nobody; synchronous FULL, so that what was committed survives a power cut; a writer
takes the write lock when it begins (BEGIN IMMEDIATE), so that what it has read is still true when it writes.

PostgreSQL: what is decided is locked row by row (SELECT FOR UPDATE) or by its name (`one_at_a_time`); a commit is on disk when
it returns, whatever the server's own default is. The password is in PGPASSFILE (or ~/.pgpass), never in the address.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from robot import private
from robot.errors import UsageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "ledger.sqlite"
WAITS_MS = 10_000  # for another writer; a transaction here takes milliseconds
READING = {"vss_robot_reading": True}
REBUILDING = {"vss_robot_rebuilding": True}
# Said to each new connection to a server.
ON_SERVERS = ("SET synchronous_commit = on", f"SET lock_timeout = {WAITS_MS}")


class Store:
    """A database, named in errors by its file or its address without the password."""

    def __init__(self, address: str, home: Path) -> None:
        self.name = "ledger.url" if address else str(home / FILE_NAME)  # an address that is none may still hold a password
        try:
            url = make_url(address) if address else URL.create("sqlite", database=str(home / FILE_NAME))
            if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
                file = home / url.database
                url = url.set(database=str(file))
                private.make_folder(file.parent)
                private.make_file(file)  # -wal and -shm have the file's own permissions, by SQLite
                self.name = str(file)
            else:
                self.name = url.render_as_string(hide_password=True)
            if url.password is not None or "password" in url.query:
                raise UsageError("ledger_password", file=url.set(password=None, query={}).render_as_string())
            self.engine = _engine(url)
        except ArgumentError as wrong:  # the error repeats the address, a password in it included
            raise UsageError("ledger_unreadable", file=self.name, why="not an address of a database") from wrong
        except (NoSuchModuleError, ImportError, OSError) as wrong:
            raise UsageError("ledger_unreadable", file=self.name, why=wrong) from wrong

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or has never been when the block raises.

        Raises:
            UsageError: `ledger_unreadable`: locked for ten seconds, not a database, read-only, disk full.
        """
        with self._told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self, *, steady: bool = False) -> Iterator[Connection]:
        """A transaction that writes nothing and waits for no writer; `steady`: all it reads is of one moment. Errors as above."""
        with self._told(), self.engine.connect().execution_options(**READING) as connection:
            if steady and connection.dialect.name == "postgresql":  # SQLite's is so by itself
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """A transaction that may put a new table in an old one's place, one at a time: SQLite looks at foreign keys at its end.

        Raises:
            UsageError: `ledger_unreadable`, also where a row refers to one that is not there.
        """
        with self._told(), self.engine.connect().execution_options(**REBUILDING) as connection:
            with connection.begin():
                one_at_a_time(connection, "rebuilding")
                yield connection
                if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise UsageError("ledger_unreadable", file=self.name, why="a row refers to one that is not there")
            connection.detach()  # what it was told about foreign keys ends with it

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a rule of the schema: ours to answer, no matter of the file
        except DBAPIError as wrong:
            raise UsageError("ledger_unreadable", file=self.name, why=wrong.orig) from wrong

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def one_at_a_time(books: Connection, what: str) -> None:
    """Until this transaction ends, no other one gets past here with the same name; SQLite has one writer at a time anyway."""
    if books.dialect.name == "postgresql":
        books.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": f"vss-robot {what}"})


def _engine(url: URL) -> Engine:
    # A server may have been started anew since the last transaction: a connection is tried before it is used.
    on_server = url.get_backend_name() != "sqlite"
    dumps = partial(json.dumps, ensure_ascii=False, sort_keys=True)
    engine = create_engine(url, json_serializer=dumps, pool_pre_ping=on_server)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _on_connect_server)
    return engine


def _on_connect_server(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for setting in ON_SERVERS:
            cursor.execute(setting)
    connection.commit()


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transaction by itself
    # Closed at once: a statement left open would hold a lock.
    for pragma in (f"busy_timeout={WAITS_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if "vss_robot_rebuilding" in options:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # no effect once the transaction has begun
    connection.exec_driver_sql("BEGIN" if "vss_robot_reading" in options else "BEGIN IMMEDIATE")

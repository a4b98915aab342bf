"""Brings the books to the newest form (alembic); does not even import alembic where they have it already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from robot.errors import UsageError

if TYPE_CHECKING:
    from robot.ledger.store import Store

NEWEST = "0007"  # a test compares it with the migrations
SCRIPTS = "robot.ledger:migrations"


def migrate(store: Store) -> None:
    """Make the tables, or bring older ones up to date, in one transaction.

    Raises:
        UsageError: `ledger_newer`: a newer robot has written the books.
    """
    with store.reading() as connection:
        if _version(connection) == NEWEST:
            return

    from alembic import command  # noqa: PLC0415 - only books that are new or old need it
    from alembic.config import Config  # noqa: PLC0415 - the same
    from alembic.util import CommandError  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    with store.rebuilding() as connection:
        if _version(connection) == NEWEST:  # another process was faster
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as wrong:
            raise UsageError("ledger_newer", file=store.name, version=_version(connection)) from wrong


def _version(connection: Connection) -> str | None:
    """The version that the books say they have; None for books that were never written."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

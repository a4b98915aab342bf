"""The books as one thing: opened once a process, closed at its end; every method is one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from robot.ledger.care import Care
from robot.ledger.copying import backup, export
from robot.ledger.effects import Effects
from robot.ledger.invariants import Checked, check
from robot.ledger.migrate import migrate
from robot.ledger.nights import Nights
from robot.ledger.protocol import Protocol
from robot.ledger.questions import Questions
from robot.ledger.queue import Queue
from robot.ledger.runs import Runs
from robot.ledger.signatures import Signatures
from robot.ledger.store import Store
from robot.ledger.tokens import Tokens
from robot.ledger.verdicts import Verdicts
from robot.ledger.waits import Waits
from robot.ledger.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from robot import settings


class Ledger(Runs, Effects, Questions, Signatures, Tokens, Verdicts):
    """Runs, steps, effects, questions, signatures, tokens, verdicts; by the names `queue`, `protocol`, `nights`, dossiers.

    Every method may raise `UsageError("ledger_unreadable")`; `WrongState` where a row cannot go where it is sent.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.queue = Queue(store)
        self.protocol = Protocol(store)
        self.care = Care(store)
        self.nights = Nights(store)
        self.workers = Workers(store)
        self.waits = Waits(store)

    @classmethod
    def open(cls, settings: settings.Ledger, home: Path) -> Self:
        """The books that the settings name, made or brought up to date where needed; `home/ledger.sqlite` by default.

        Raises:
            UsageError: `ledger_unreadable`, `ledger_newer`.
        """
        store = Store(settings.url, home)
        try:
            migrate(store)
        except BaseException:
            store.close()
            raise
        return cls(store)

    @property
    def store(self) -> Store:
        """The database itself, for the queue engine that keeps its jobs beside the books."""
        return self._store

    def check(self) -> Checked:
        """Whether all that must hold in the books does."""
        return check(self._store)

    def backup(self, file: Path) -> int:
        """Copy the books into a new file while others write; its size in bytes. Raises `UsageError`, see `copying.backup`."""
        return backup(self._store, file)

    def export(self, since: datetime | None = None) -> Iterator[dict[str, Any]]:
        """Every row without what is personal, see `copying.export`."""
        return export(self._store, since)

    def close(self) -> None:
        """Close the database; a closed ledger is used no more."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

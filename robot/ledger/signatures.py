"""Signatures: each one counted against the run it was made in, before anybody is given it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from robot.ledger import tables
from robot.ledger.rows import Signature
from robot.ledger.runs import check_abandoned, check_running

if TYPE_CHECKING:
    from robot.ledger.store import Store


@dataclass(frozen=True)
class Signed:
    """What is known of a signature when it is made; see `Signature`."""

    signer: str
    origin: str
    token: str | None = None
    certificate: str | None = None
    algorithm: str | None = None
    digest: str | None = None


class Signatures:
    """The part of the books about signatures."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def run_is_open(self, run: str) -> bool:
        """Whether there is such a run and it has not ended: outside of a run nothing is signed."""
        wanted = select(tables.runs.c.id).where(tables.runs.c.id == run, tables.runs.c.outcome == "running")
        with self._store.reading() as books:
            return books.execute(wanted).first() is not None

    def count_signature(self, run: str, signed: Signed, at: datetime | None = None, *, killed: bool = False) -> int:
        """Write down a signature of a running run; it is on disk when this returns, and only then may it be handed out.

        `killed`: of a run that was abandoned before it had counted what the vendor's library signed in it.
        """
        with self._store.writing() as books:
            if killed:
                check_abandoned(books, run)
            else:
                check_running(books, run)
            row = insert(tables.signatures).values(run=run, at=at or datetime.now(UTC), **asdict(signed))
            return int(books.execute(row.returning(tables.signatures.c.id)).scalar_one())

    def signatures(self, run: str) -> list[Signature]:
        """The signatures of a run in their order."""
        wanted = select(tables.signatures).where(tables.signatures.c.run == run).order_by(tables.signatures.c.id)
        with self._store.reading() as books:
            return [Signature(**row) for row in books.execute(wanted).mappings()]

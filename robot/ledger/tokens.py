"""Log-ins to tokens: written down before the token is asked, so that a wrong PIN is never tried twice, whatever happens between.

A token whose last log-in was wrong, or never came back, is stopped for everyone until a person clears it: the tokens
themselves count wrong PINs towards their lock, and not all of them say so in their flags.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from robot.errors import NameUnknown
from robot.ledger import tables
from robot.ledger.rows import TokenRow, TokenStopped, WrongState

if TYPE_CHECKING:
    from robot.ledger.store import Store


class Tokens:
    """The part of the books about tokens."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def token(self, serial: str) -> TokenRow | None:
        """What the books say of a token; None where the robot has never logged in to it."""
        with self._store.reading() as books:
            return _row(books, serial)

    def tokens(self) -> list[TokenRow]:
        """Every token that the robot has ever logged in to, by serial."""
        with self._store.reading() as books:
            return [TokenRow(**row) for row in books.execute(select(tables.tokens).order_by(tables.tokens.c.serial)).mappings()]

    def begin_login(self, serial: str, run: str | None) -> None:
        """Write down that the token is about to be asked; it is on disk when this returns, and only then may C_Login follow.

        Raises:
            TokenStopped: the last log-in was wrong, or never came back, and nobody has cleared it.
        """
        now = {"state": "pending", "run": run, "begun": datetime.now(UTC), "settled": None, "said": None}
        try:
            with self._store.writing() as books:
                before = _row(books, serial)
                if before is None:
                    books.execute(insert(tables.tokens).values(serial=serial, **now))
                    return
                change = update(tables.tokens).where(tables.tokens.c.serial == serial, tables.tokens.c.state == "clear")
                if before.state == "clear" and books.execute(change.values(**now)).rowcount == 1:
                    return
                before = _row(books, serial) or before
        except IntegrityError:  # on a server, of two that found no row only one writes it
            asked = self.token(serial)
            if asked is None:
                raise
            before = asked
        raise TokenStopped(before)

    def end_login(self, serial: str, stopped: str | None) -> None:
        """Write down what the token said: None lets the next log-in happen, anything else stops the token."""
        change = update(tables.tokens).where(tables.tokens.c.serial == serial, tables.tokens.c.state == "pending")
        state = "clear" if stopped is None else "stopped"
        with self._store.writing() as books:
            _one(books.execute(change.values(state=state, settled=datetime.now(UTC), said=stopped)).rowcount, serial)

    def clear_token(self, serial: str) -> TokenRow:
        """A person has looked into it: the next log-in may happen. Returns what stood there before.

        Raises:
            NameUnknown: `token_unknown`: the robot has never logged in to such a token.
        """
        with self._store.writing() as books:
            before = _row(books, serial)
            if before is None:
                raise NameUnknown("token_unknown", serial=serial)
            now = datetime.now(UTC)
            clear = {"state": "clear", "settled": before.settled or now, "cleared": now}
            books.execute(update(tables.tokens).where(tables.tokens.c.serial == serial).values(**clear))
            return before


def _row(books: Connection, serial: str) -> TokenRow | None:
    row = books.execute(select(tables.tokens).where(tables.tokens.c.serial == serial)).mappings().first()
    return TokenRow(**row) if row else None


def _one(changed: int, serial: str) -> None:
    if changed != 1:
        message = f"no log-in to token {serial} is under way"
        raise WrongState(message)

"""The token that opens the page, new at each start, and what is derived from it for the browser."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from robot import private
from robot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN_BYTES: Final = 32
FILE_NAME: Final = "serve.token"


class Keys:
    """The token, known to whoever may read the terminal or the file; cookie and forms hold values that do not tell it."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tickets: set[str] = set()

    @property
    def cookie(self) -> str:
        """What the browser brings along with each request."""
        return self._derived("cookie")

    @property
    def csrf(self) -> str:
        """What each form of ours holds, and no form of another site can."""
        return self._derived("csrf")

    def ticket(self) -> str:
        """A token that opens the page once: for the command line of a browser, which others on this machine can read."""
        ticket = secrets.token_urlsafe(TOKEN_BYTES)
        self._tickets.add(ticket)
        return ticket

    def opens(self, given: str) -> bool:
        """Whether this is the token, or a ticket that was not used."""
        if same(given, self.token):
            return True
        ticket = next((ticket for ticket in self._tickets if same(given, ticket)), None)
        self._tickets.discard(ticket or "")
        return ticket is not None

    def _derived(self, name: str) -> str:
        return hmac.new(self.token.encode(), name.encode(), hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how far they agree."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


@contextmanager
def token_file(folder: Path, keys: Keys) -> Iterator[Path]:
    """`folder/serve.token`, for this user alone and as long as the page is served: whoever fetches /metrics reads it there.

    Raises:
        UsageError: `file_unwritable`.
    """
    file = folder / FILE_NAME
    beside = file.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        with open(beside, "w", encoding="ascii", opener=private.opener) as written:
            written.write(keys.token)
        beside.replace(file)
    except OSError as wrong:
        raise UsageError("file_unwritable", file=file, why=wrong.strerror or type(wrong).__name__) from wrong
    try:
        yield file
    finally:
        with suppress(OSError):  # of a later start, it is left to that one
            if file.read_text(encoding="ascii") == keys.token:
                file.unlink()

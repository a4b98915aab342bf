"""Listening to the relays of a run that is recorded: every frame whole, kept in memory alone."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import TYPE_CHECKING, Any, Final

from robot.signing.agent.client import Door

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LAST_S: Final = 2.0  # for a relay that ends to say its last


@dataclass(frozen=True)
class Heard:
    """A frame or an event of a relay: the process, the time (seconds since 1970), the direction, the kind, what it says."""

    relay: int
    at: float
    direction: str
    kind: str
    text: str
    facts: dict[str, Any]


class Hearing:
    """Open from its making until `close`; `heard` is in the order of arrival, which is each relay's own order."""

    def __init__(self) -> None:
        self._door = Door()
        self._heard: list[Heard] = []
        self._lock = threading.Lock()
        self._readers: list[threading.Thread] = []
        self._closing = False
        self._listener = Listener(self._door.address, authkey=self.authkey)
        self._thread = threading.Thread(target=self._accept, daemon=True, name="recorder-hearing")
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the relays say it."""
        return self._door.address

    @property
    def authkey(self) -> bytes:
        """The key that they need."""
        return bytes.fromhex(self._door.authkey)

    @property
    def heard(self) -> list[Heard]:
        """What was heard so far."""
        with self._lock:
            return sorted(self._heard, key=lambda each: each.at)

    def close(self) -> None:
        """Hear no more, after what the relays still have to say."""
        for reader in list(self._readers):
            reader.join(LAST_S)
        self._closing = True
        with contextlib.suppress(OSError), Client(self.address):
            pass  # wakes whoever waits for a call; without the key nothing is asked, since perhaps nobody waits any more
        self._thread.join(LAST_S)
        self._listener.close()
        self._door.remove()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError, AuthenticationError):
                continue  # whoever does not know the key is not heard
            reader = threading.Thread(target=self._read, args=(connection,), daemon=True)
            self._readers.append(reader)
            reader.start()

    def _read(self, connection: Connection[Any, Any]) -> None:
        with connection, contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            while True:
                heard = Heard(**json.loads(connection.recv_bytes()))
                with self._lock:
                    self._heard.append(heard)

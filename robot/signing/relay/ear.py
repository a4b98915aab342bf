"""The relay's line to a recorder: each frame whole, and nothing of it on a disk; the relay itself never waits for it.

Standard library only, and loaded in a run that is recorded alone.
"""

from __future__ import annotations

import json
import os
import threading
import time
from queue import SimpleQueue
from typing import Any, Final

from robot.signing.relay.transcript import TO

END_S: Final = 1.0  # for what is still to be said when the relay ends; Chrome gives it two


class Ear:
    """Tells whoever listens at an address of `multiprocessing.connection`; where nobody does, nothing is told."""

    def __init__(self, address: str, authkey: bytes) -> None:
        self._address = address
        self._authkey = authkey
        self._said: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._telling = False
        self._lock = threading.Lock()

    def hear(self, direction: str, kind: str, payload: bytes = b"", facts: dict[str, Any] | None = None) -> None:
        """Pass on a frame, or with `facts` an event."""
        text = payload.decode("utf-8", "replace")
        told = {"relay": os.getpid(), "at": time.time(), "direction": direction, "kind": kind, "text": text, "facts": facts or {}}
        self._said.put(json.dumps(told).encode())
        if direction == TO:  # the page has waited for it: from now on there is time to call somebody
            self._begin()

    def close(self) -> None:
        """Wait until all was told, for a second at most."""
        self._said.put(None)
        self._begin()
        self._thread.join(END_S)

    def _begin(self) -> None:
        with self._lock:
            if not self._telling:
                self._telling = True
                self._thread.start()

    def _tell(self) -> None:
        from multiprocessing import AuthenticationError  # noqa: PLC0415 - half of the relay's start-up
        from multiprocessing.connection import Client  # noqa: PLC0415 - the same

        try:
            with Client(self._address, authkey=self._authkey) as connection:
                while (told := self._said.get()) is not None:
                    connection.send_bytes(told)
        except (OSError, EOFError, AuthenticationError):
            return  # a recorder that has gone records no more; the signing goes on

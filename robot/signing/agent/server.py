"""The agent's door: a local channel for whoever knows the key; one request at a time, JSON and never a pickle."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener, answer_challenge, deliver_challenge
from typing import TYPE_CHECKING, Any

from loguru import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection

LARGEST = 16 * 1024  # bytes a message, either way
AT_ONCE = 16  # connections; a browser has one a tab

REFUSED = {"ok": False, "code": "invalid_argument", "message": "not a request"}


class Server:
    """Listens at `address` and has `answer` called for one request after the other, whichever connection it came by.

    What `answer` is handed beside the request lets the next one begin before this one is answered. While a request is served,
    `meanwhile` is asked first of another one: what it answers without the token need not wait.
    """

    def __init__(
        self,
        address: str,
        authkey: bytes,
        answer: Callable[[Mapping[str, Any], Callable[[], None]], dict[str, Any]],
        meanwhile: Callable[[Mapping[str, Any]], dict[str, Any] | None] = lambda _request: None,
    ) -> None:
        before = os.umask(0o177)  # the socket is born 0600
        try:
            self._listener = Listener(address, backlog=AT_ONCE)
        finally:
            os.umask(before)
        self._authkey = authkey
        self._answer = answer
        self._meanwhile = meanwhile
        self._places = threading.Semaphore(AT_ONCE)
        self.busy = threading.Lock()
        """Held while a request has its turn."""

    def start(self) -> None:
        """Serve in threads that end with the process."""
        threading.Thread(target=self._accept, daemon=True, name="agent-door").start()

    def close(self) -> None:
        """Take no further connection."""
        with contextlib.suppress(OSError):
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True, name="agent-caller").start()

    def _serve(self, connection: Connection[Any, Any]) -> None:
        try:
            with connection:
                # Here and not in accept(), where a caller who says nothing would keep everybody else out.
                deliver_challenge(connection, self._authkey)
                answer_challenge(connection, self._authkey)
                while True:
                    connection.send_bytes(self._answered(connection.recv_bytes(LARGEST)))
        except AuthenticationError:
            logger.bind(action="agent.stranger").warning("a caller did not know the key")
        except (OSError, EOFError):
            pass
        finally:
            self._places.release()

    def _answered(self, payload: bytes) -> bytes:
        try:
            request = json.loads(payload)
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            return json.dumps(REFUSED).encode()
        if not self.busy.acquire(blocking=False):
            known = self._meanwhile(request)
            if known is not None:
                return json.dumps(known).encode()
            self.busy.acquire()
        with contextlib.ExitStack() as turn:
            turn.callback(self.busy.release)
            return json.dumps(self._answer(request, turn.close)).encode()

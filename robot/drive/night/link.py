"""Lines of JSON between the night and a lane: orders one way, events the other. A lane's end of it, and what both call things.

Orders: `go` (a place and the token are free), `item` (with the number and how often it was begun), `rest` (let the token go, stay
logged in), `finish` (nothing more comes), `stop` (bring what is in hand into a safe state). The pipe's end is `stop` too.
Events: `waiting` (for a person, before the log-in), `ready` (logged in), `want` (room for so many), `begun`, `ended`, `rested`,
`say`, `over`.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from typing import IO, TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.texts import Language, Text


class Task(BaseModel):
    """What a lane is told first. `phrase` opens the vault's file; it goes by this pipe and stands nowhere else.

    `trace` is the night's, for the runs of the lane to belong to (W3C `traceparent`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    settings: str
    phrase: str | None
    organisation: str
    night: int
    headed: bool = False
    trace: str | None = None


class Link:
    """A lane's end: orders are read by a thread, events written at once."""

    def __init__(self, orders: IO[str], events: IO[str]) -> None:
        self._orders = orders
        self._events = events
        self._heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def task(self) -> Task | None:
        """The first line; None where the night has gone, or has no task for this lane."""
        line = self._orders.readline()
        return Task.model_validate_json(line) if line else None

    def listen(self, stopped: Callable[[], None]) -> None:
        """Read on in a thread of its own; it calls `stopped` at once when it hears the last order."""
        self._stopped = stopped
        threading.Thread(target=self._hear, daemon=True, name="night-orders").start()

    def orders(self) -> Iterator[dict[str, Any]]:
        """What has been said since the last look."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._heard.get_nowait()

    def tell(self, event: str, **facts: Any) -> None:
        """An event; a night that has gone is nothing to mind, its `stop` is on the way."""
        with contextlib.suppress(OSError, ValueError):
            self._events.write(json.dumps({"event": event, **facts}, ensure_ascii=False, default=str) + "\n")
            self._events.flush()

    def _hear(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._orders:
                order = json.loads(line)
                if order["do"] == "stop":
                    break
                self._heard.put(order)
        self._heard.put({"do": "stop"})
        self._stopped()


class Telling:
    """Who hears how a run within a lane goes on: sentences go to the night's terminal, steps stand in the books."""

    def __init__(self, link: Link, speaks: Language) -> None:
        self._link = link
        self._speaks = speaks

    def step_begun(self, name: str) -> None:
        """Nothing: several dossiers are under way."""

    def step_ended(self, name: str, seconds: float, *, done: bool) -> None:
        """Nothing either."""

    def say(self, text: Text) -> None:
        """A sentence between steps."""
        self._link.tell("say", text=text.say(self._speaks))

    def prompt(self, text: Text, over: Callable[[], bool] | None = None) -> str | None:
        """Nobody sits at a lane."""

    def secret(self, text: Text) -> str | None:
        """The same."""

"""Tokens plugged in and pulled, noticed by polling: C_WaitForSlotEvent is missing in some drivers and blocks in others."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from robot.signing.token.token import Token

POLL_S = 0.2


@dataclass(frozen=True)
class SlotEvent:
    """A token that came or went."""

    slot: int
    kind: Literal["plugged", "pulled"]
    serial: str


class Plugged(Protocol):
    """What a watch looks at."""

    def plugged(self) -> dict[int, Token]:
        """The tokens by slot."""

    def raw_slot_event(self) -> bool:
        """Whether the driver has an event of its own to tell."""


class SlotWatch:
    """Compares what is plugged in with what was; a token changed for another counts as pulled, then plugged."""

    def __init__(self, driver: Plugged) -> None:
        self._driver = driver
        self._known = self._serials()
        self._pending: list[SlotEvent] = []

    def wait(self, timeout_s: float) -> SlotEvent | None:
        """The next event, waiting for one at most `timeout_s`; None when there was none."""
        deadline = time.monotonic() + timeout_s
        while True:
            if not self._pending:
                # The answer says which slot, not what happened, and some drivers look at their readers only when asked this.
                self._driver.raw_slot_event()
                self._look()
            if self._pending:
                return self._pending.pop(0)
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(POLL_S, left))

    def _look(self) -> None:
        now = self._serials()
        for slot in sorted(self._known.keys() | now.keys()):
            before, after = self._known.get(slot), now.get(slot)
            if before == after:
                continue
            if before is not None:
                self._pending.append(SlotEvent(slot, "pulled", before))
            if after is not None:
                self._pending.append(SlotEvent(slot, "plugged", after))
        self._known = now

    def _serials(self) -> dict[int, str]:
        return {slot: token.serial for slot, token in self._driver.plugged().items()}

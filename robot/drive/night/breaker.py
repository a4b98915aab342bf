"""A portal that is down is left alone for a while: pauses that grow, and one dossier to try whether it is back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

LONGEST: Final = timedelta(minutes=15)


def jittered(seconds: float, tries: int, chance: Random) -> timedelta:
    """A pause doubled with each try up to fifteen minutes, between half of it and the whole: many robots do not come as one."""
    whole = min(seconds * 2 ** max(0, tries - 1), LONGEST.total_seconds())
    return timedelta(seconds=whole * (0.5 + chance.random() / 2))


class Breaker:
    """Counts the portal's failures in a row; from `limit` on nothing is sent before a pause is over, then one to try."""

    def __init__(self, limit: int, pause_s: float, chance: Random) -> None:
        self._limit = limit
        self._pause_s = pause_s
        self._chance = chance
        self._failures = 0
        self._pauses = 0
        self._trying = False
        self.until: datetime | None = None
        """While the portal counts as down: when it is tried again."""
        self.since: datetime | None = None
        """Since when it counts as down."""

    def failed(self, now: datetime) -> None:
        """The portal did not answer."""
        self._failures += 1
        over = self._failures >= self._limit if self.until is None else self._trying or now >= self.until
        if over:
            self._trying = False
            self._pauses += 1
            self.since = self.since or now
            self.until = now + jittered(self._pause_s, self._pauses, self._chance)

    def answered(self) -> None:
        """The portal answers."""
        self._failures = self._pauses = 0
        self._trying = False
        self.until = self.since = None

    def wait(self, now: datetime) -> timedelta:
        """How long nothing may be begun; zero where something may."""
        if self.until is None:
            return timedelta()
        if self._trying:  # whoever tries will tell
            return timedelta(seconds=1)
        self.until = min(self.until, now + LONGEST)  # the clock may have been set back meanwhile
        return max(self.until - now, timedelta())

    def returned(self) -> None:
        """What was begun never came as far as the portal."""
        self._trying = False

    def begun(self) -> None:
        """Something was begun; while the portal counts as down it is the one to try."""
        self._trying = self.until is not None

"""Which dossier is begun next, by which organisation's session, and when none is any more. Knows only the times it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from robot.drive.night.breaker import Breaker
from robot.ledger.protocol import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot.ledger.item import Item
    from robot.settings.nightly import Nightly


@dataclass
class Job:
    """A dossier of the night: from when on it is due, and how often it was begun in vain and looked up in vain."""

    item: int
    organisation: str
    due: datetime | None
    tries: int = 0
    looks: int = 0


@dataclass(frozen=True)
class Wait:
    """Nothing is to be begun now; ask again after this time."""

    time: timedelta


@dataclass
class Scheduler:
    """The night's plan. `until` is when nothing more is begun; without it the settings' patience counts from the last success."""

    settings: Nightly
    until: datetime | None
    chance: Random = field(default_factory=Random)
    stopped: str = ""
    """Why nothing more is begun: `until`, `portal_down`, `map`, `stopped`; empty while something is."""

    def __post_init__(self) -> None:
        self._waiting: dict[str, list[Job]] = {}
        self._running: dict[int, Job] = {}
        self._breaker = Breaker(self.settings.breaker, self.settings.breaker_s, self.chance)
        self._last: datetime | None = None

    def add(self, items: Iterable[Item]) -> None:
        """Dossiers to be sent, and those to be looked up, which come first."""
        for item in sorted(items, key=lambda item: (item.state != "unknown", -item.priority, item.id)):
            self._waiting.setdefault(item.organisation, []).append(Job(item.id, item.organisation, item.not_before))

    def stop(self, why: str) -> None:
        """Begin nothing more."""
        self.stopped = self.stopped or why

    def over(self, now: datetime) -> bool:
        """Whether nothing more is begun in this night."""
        self._look(now)
        return bool(self.stopped)

    def organisations(self) -> list[str]:
        """Whose dossiers wait, or are under way."""
        busy = {job.organisation for job in self._running.values()}
        return [key for key in self._waiting if self._waiting[key] or key in busy]

    def next_for(self, organisation: str, now: datetime) -> Job | Wait | None:
        """The organisation's next dossier, which counts as begun; a time to wait; None where the night has no more for it."""
        self._look(now)
        waiting = self._waiting.get(organisation, [])
        if self.stopped or not waiting:
            under_way = any(job.organisation == organisation for job in self._running.values())
            return Wait(timedelta(seconds=1)) if under_way and not self.stopped else None
        job = next((job for job in waiting if job.due is None or job.due <= now), None)
        pause = self._pause(now)
        if job is None:
            return self._wait_for(waiting, now)
        if pause > timedelta():
            return Wait(pause)
        waiting.remove(job)
        self._running[job.item] = job
        self._last = now
        self._breaker.begun()
        return job

    def due_in(self, organisation: str, now: datetime) -> timedelta | None:
        """How long until something of the organisation's may be begun; None where nothing is going to be."""
        self._look(now)
        waiting = self._waiting.get(organisation, [])
        if self.stopped or not waiting:
            return None
        if any(job.due is None or job.due <= now for job in waiting):
            return self._breaker.wait(now)
        wait = self._wait_for(waiting, now)
        return wait.time if wait is not None else None

    def ended(self, item: Item, now: datetime, *, portal_down: bool) -> None:
        """A run of the dossier has ended; `item` as the books have it now: what may be begun again, or looked up, waits."""
        job = self._running.pop(item.id, None)
        if portal_down:
            self._breaker.failed(now)
        else:
            self._breaker.answered()
        if job is None or item.state not in {"planned", "unknown"}:
            return
        job.due = item.not_before
        job.tries += item.state == "planned"
        job.looks += item.state == "unknown"
        if job.tries < self.settings.tries and job.looks < self.settings.tries + LOOKS:
            self._waiting[job.organisation].append(job)

    def log_in_failed(self, now: datetime) -> None:
        """A session could not begin, since the portal did not answer."""
        self._breaker.failed(now)

    def rests(self, now: datetime) -> bool:
        """Whether the portal is left alone just now: it counts as down, and its pause is not over."""
        return self._breaker.wait(now) > timedelta()

    def returned(self, item: int) -> None:
        """A dossier that was handed out was not begun."""
        job = self._running.pop(item, None)
        if job is not None:
            self._breaker.returned()
            self._waiting[job.organisation].insert(0, job)

    def drop(self, organisation: str) -> None:
        """The organisation's session cannot go on: its dossiers wait for another night."""
        self._waiting[organisation] = []
        for job in [job for job in self._running.values() if job.organisation == organisation]:
            del self._running[job.item]

    def _look(self, now: datetime) -> None:
        if self.until is not None and now >= self.until:
            self.stop("until")
        down = self._breaker
        if down.until is not None and down.since is not None:
            too_late = down.until >= self.until if self.until is not None else now - down.since >= self._patience
            if too_late:
                self.stop("portal_down")

    def _pause(self, now: datetime) -> timedelta:
        self._last = min(self._last, now) if self._last is not None else None  # the clock may have been set back meanwhile
        since = now - self._last if self._last is not None else None
        rate = timedelta(seconds=self.settings.rate_s)
        return max(self._breaker.wait(now), rate - since if since is not None else timedelta())

    def _wait_for(self, waiting: list[Job], now: datetime) -> Wait | None:
        """Until the first of those that are not due yet; None, and they are left, where that is beyond the night."""
        first = min(job.due for job in waiting if job.due is not None)
        if first >= self.until if self.until is not None else first - now > self._patience:
            waiting.clear()
            return None
        return Wait(first - now)

    @property
    def _patience(self) -> timedelta:
        return timedelta(seconds=self.settings.patience_s)

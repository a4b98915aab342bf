"""How old a recording is: a portal changes, and what was recorded long ago proves less and less."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from robot.recording.model import Recording
    from robot.settings.recordings import Recordings

Age = Literal["young", "old", "too_old"]


def days_old(recording: Recording, now: datetime | None = None) -> int:
    """Whole days since it was recorded."""
    return ((now or datetime.now(UTC)) - recording.recorded).days


def age_of(recording: Recording, limits: Recordings, now: datetime | None = None) -> Age:
    """Whether it is young, old (a warning) or too old (a failure)."""
    days = days_old(recording, now)
    if days > limits.fail_days:
        return "too_old"
    return "old" if days > limits.warn_days else "young"


def age_said(recording: Recording, limits: Recordings, now: datetime | None = None) -> Text | None:
    """The sentence about one that is old; None about a young one."""
    age = age_of(recording, limits, now)
    fills = {"days": days_old(recording, now), "warn": limits.warn_days, "fail": limits.fail_days}
    return None if age == "young" else Text(f"recordings.{age}", fills)

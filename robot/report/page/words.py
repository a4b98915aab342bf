"""Sentences of a page in both languages, with what fills them; lengths of time as a person says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from robot.clock import shown
from robot.report.said import Said
from robot.texts import Text, catalogue

if TYPE_CHECKING:
    from datetime import datetime

MINUTE_S: Final = 60
HOUR_S: Final = 3600


def told(key: str, **fills: Any) -> Said:
    """A sentence of the catalogue's [page]; a `Said` among the fills is said in the same language."""
    return told_as(f"page.{key}", **fills)


def told_as(key: str, **fills: Any) -> Said:
    """The same for a key of any table."""
    vietnamese = {name: fill.vi if isinstance(fill, Said) else fill for name, fill in fills.items()}
    english = {name: fill.en if isinstance(fill, Said) else fill for name, fill in fills.items()}
    return Said(Text(key, vietnamese).say("vi"), Text(key, english).say("en"))


def known(key: str, otherwise: str) -> Said:
    """A word by its dotted key; one that the catalogue lacks is shown as it is."""
    return Said.of(Text(key)) if key in catalogue("en") else Said.same(otherwise)


def lasted(seconds: float) -> Said:
    """A length of time: `12,4 giây`, `3 phút 5 giây`, `1 giờ 5 phút`."""
    if round(seconds, 1) < MINUTE_S:
        written = f"{max(seconds, 0.0):.1f}"
        return told("seconds", seconds=Said(written.replace(".", ","), written))
    whole = round(seconds)
    if whole < HOUR_S:
        return told("minutes", minutes=whole // MINUTE_S, seconds=whole % MINUTE_S)
    return told("hours", hours=whole // HOUR_S, minutes=whole % HOUR_S // MINUTE_S)


def clock_time(moment: datetime) -> str:
    """The time of day in Vietnam, `15:04:05`."""
    return shown(moment).partition(" ")[2]

"""Times in what was recorded, moved to the time of a replay: a dossier sent a minute after the run began is so again.

Read are the portal's own way (`22/11/2026 21:40:12`, the day also as `{DAY:0}`), ISO 8601, and milliseconds since 1970. A day
alone is no time: the placeholders count it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from robot.clock import VIETNAM
from robot.recording.placeholders import DAY, DAY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOCK: Final = r"(?P<clock>[0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)"
_DAY: Final = r"(?P<day>\{DAY:-?[0-9]+\}|[0-3][0-9]/[01][0-9]/[0-9]{4})"
_SHOWN: Final = re.compile(rf"(?<![0-9]){_DAY}(?P<gap> ){_CLOCK}(?![0-9])")
_ISO: Final = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MILLISECONDS: Final = re.compile(r"(?<![0-9])1[5-9][0-9]{11}(?![0-9])")
_NEAR: Final = timedelta(days=2)  # a time further from the run is no time of the run


class Times:
    """Moments of a run that began at `recorded`, in a replay that begins at `begun` (both aware)."""

    def __init__(self, recorded: datetime, begun: datetime) -> None:
        self._recorded = recorded
        self._later = begun - recorded

    def moved(self, text: str) -> str:
        """The text with each moment near the run as far from the replay's begin as it was from the run's."""
        for pattern, move in ((_SHOWN, self._shown), (_ISO, self._iso), (_MILLISECONDS, self._milliseconds)):
            text = pattern.sub(move, text)
        return text

    def both(self, one: str, other: str) -> bool:
        """Whether two texts are times, written in the same way."""
        return any(pattern.fullmatch(one) and pattern.fullmatch(other) for pattern in (_SHOWN, _ISO, _MILLISECONDS))

    def _shown(self, found: re.Match[str]) -> str:
        clock = found["clock"]
        pattern = f"{DAY_FORMAT} %H:%M:%S" if clock.count(":") > 1 else f"{DAY_FORMAT} %H:%M"
        counted = DAY.fullmatch(found["day"])
        day = found["day"]
        if counted is not None:
            day = (self._recorded.astimezone(VIETNAM) + timedelta(days=int(counted[1]))).strftime(DAY_FORMAT)
        return self._placed(
            found.group(),
            lambda: datetime.strptime(f"{day} {clock}", pattern).replace(tzinfo=VIETNAM),
            lambda moment: moment.astimezone(VIETNAM).strftime(pattern),
        )

    def _iso(self, found: re.Match[str]) -> str:
        written = found.group()
        zoned = datetime.fromisoformat(written).tzinfo is not None
        digits = len(written.partition(".")[2].rstrip("Z").partition("+")[0].partition("-")[0])
        precision = "milliseconds" if digits == 3 else "microseconds" if digits else "seconds"  # noqa: PLR2004 - of a second

        def again(moment: datetime) -> str:
            said = moment.isoformat(timespec=precision)
            return said.replace("+00:00", "Z") if written.endswith("Z") else said if zoned else said[:-6]

        def meant() -> datetime:
            moment = datetime.fromisoformat(written)
            return moment if zoned else moment.replace(tzinfo=VIETNAM)

        return self._placed(written, meant, again)

    def _milliseconds(self, found: re.Match[str]) -> str:
        return self._placed(
            found.group(),
            lambda: datetime.fromtimestamp(int(found.group()) / 1000, UTC),
            lambda moment: str(round(moment.timestamp() * 1000)),
        )

    def _placed(self, written: str, meant: Callable[[], datetime], again: Callable[[datetime], str]) -> str:
        """The moment written anew; what is no moment, or none of the run's, stays as it is."""
        try:
            moment = meant()
        except ValueError:
            return written
        if abs(moment - self._recorded) > _NEAR:
            return written
        return again(moment.astimezone(moment.tzinfo) + self._later)

"""Time in a replay: real where the machine needs it, and on the page as fast as nothing is to come meanwhile.

A wait goes in parts. While the native host is due in the recording, time is real: extension and relay take the time they take.
Otherwise the page's own clock is advanced, in leaps, until the whole wait has passed on it; what it would have shown, called or
taken away by then it has. Where the recording has a silence, the wait ends there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.drive.replay.signing import Frames
    from robot.flow.tape import Look
    from robot.recording.matching import Matching
    from robot.recording.model import Recording

PART_S: Final = 0.05  # of a wait, between two looks at what the recording has next
QUIET: Final = 3  # after so many parts in which nothing has come the page's own time passes
QUIET_BEFORE_A_CALL: Final = 6  # the same where the page may be about to call
AFTER_A_LEAP_S: Final = 0.015  # the part after a leap; where the page has asked something in it time is real again
HOST_S: Final = 0.25  # so long the page is not looked at while the native host is due
HOST_LOOK_MS: Final = 10
LONGEST_S: Final = 10.0  # real time for the machine itself: extension, relay, the page's scripts
LEAPS: Final = 8  # in so many leaps the page's time passes


class PageTime:
    """The waits of one replay."""

    def __init__(self, recording: Recording, matching: Matching, frames: Frames) -> None:
        self._recording = recording
        self._matching = matching
        self._frames = frames

    def parts(self, seconds: float, place: int, look: Look, *, silent: bool) -> Iterator[float]:
        """A wait in the recording's step at `place` (-1: none), in parts; `silent`: what is waited for did not come there."""
        begun, longest_s = time.monotonic(), min(seconds, LONGEST_S)
        quiet, passed, leapt, asked = 0, 0, False, self._matching.asked
        silent = silent or (place >= 0 and self._recording.steps[place].state == "failed")
        while passed < LEAPS or not (silent or time.monotonic() - begun >= longest_s):
            self._let_the_host_answer(place, look)
            yield min(AFTER_A_LEAP_S if leapt else PART_S, seconds)
            quiet = 0 if self._host_is_due(place) or self._matching.asked != asked else quiet + 1
            asked = self._matching.asked
            enough = QUIET if self._matching.due(place) is None else QUIET_BEFORE_A_CALL
            leapt = passed < LEAPS and (quiet >= enough or time.monotonic() - begun >= longest_s)
            if leapt:
                look.page.clock.run_for(round(seconds * 1000 / LEAPS))
                passed += 1

    def _let_the_host_answer(self, place: int, look: Look) -> None:
        """While extension and relay are at work the page, which waits for them, is not asked: it would only cost them time."""
        until = time.monotonic() + HOST_S
        while self._host_is_due(place) and time.monotonic() < until:
            look.page.wait_for_timeout(HOST_LOOK_MS)

    def _host_is_due(self, place: int) -> bool:
        """Whether the recording goes on with the native host in this step; frames of a look along the chain do not count."""
        group = self._frames.due()
        if place < 0 or group is None or any(found.step == place for found in self._recording.found):
            return False
        step = self._recording.steps[place]
        return step.begun_s <= group.after_s <= step.begun_s + step.seconds

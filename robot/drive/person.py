"""Mode vendor: while the signing library waits for a person, the operator is told so; the library's window is not touched."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from robot.signing.relay import Follow, Talk
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.pin_window import PinWindow
    from robot.flow.desk import Progress

LOOK_S: Final = 0.25
PATIENCE_S: Final = 1.5  # a library that asks nobody answers within this


class PersonWatch:
    """Watches a run's transcript from `start` to `stop`; says once a request that a person is waited for, and books it.

    `wait_s` is the time that the robot waits for what comes of it (`timers.answer_s`); `window` is the question in the books.
    """

    def __init__(self, transcript: Path, progress: Progress, wait_s: float, window: PinWindow) -> None:
        self._transcript = Follow(transcript)
        self._talk = Talk()
        self._progress = progress
        self._wait_s = wait_s
        self._window = window
        self._since: float | None = None
        self._said = False
        self._missed = False
        self._looking = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="person-watch")

    @property
    def unanswered(self) -> bool:
        """Whether a window was there so far that nobody answered; as the transcript is now, until the watch has ended."""
        if not self._over.is_set():
            self._look()
        return self._missed

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; nothing is said after this."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            self._look()
        # The answer may have come between the last look and the end of the browser.
        self._look()
        self._closed(answered=self._talk.awaited is None and self._talk.answered_last)

    def _look(self) -> None:
        with self._looking:
            self._talk.hear(self._transcript.new())
            if self._talk.awaited is None:
                self._closed(answered=self._talk.answered_last)
                self._since = None
            elif self._since is None:
                self._since = time.monotonic()
            elif not self._said and time.monotonic() - self._since > PATIENCE_S:
                self._said = True
                self._progress.say(Text("labels.vendor_window", {"seconds": f"{self._wait_s:g}"}))
                self._window.opened(self._wait_s)
            elif time.monotonic() - self._since > self._wait_s:
                self._missed = self._missed or self._said
                self._window.closed(answered=False)

    def _closed(self, *, answered: bool) -> None:
        self._missed = self._missed or (self._said and not answered)
        self._said = False
        self._window.closed(answered=answered)

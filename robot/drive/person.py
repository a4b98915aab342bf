"""Mode vendor: while the signing library waits for a person, the operator is told so; the library's window is not touched."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from robot.signing.relay import answered_last, awaited, read
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
        self._transcript = transcript
        self._progress = progress
        self._wait_s = wait_s
        self._window = window
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="person-watch")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; nothing is said after this."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        since: float | None = None
        said = False
        while not self._over.wait(LOOK_S):
            entries = read(self._transcript)
            if awaited(entries) is None:
                self._window.closed(answered=answered_last(entries))
                since, said = None, False
            elif since is None:
                since = time.monotonic()
            elif not said and time.monotonic() - since > PATIENCE_S:
                said = True
                self._progress.say(Text("labels.vendor_window", {"seconds": f"{self._wait_s:g}"}))
                self._window.opened(self._wait_s)
            elif time.monotonic() - since > self._wait_s:
                self._window.closed(answered=False)
        # The answer may have come between the last look and the end of the browser.
        entries = read(self._transcript)
        self._window.closed(answered=awaited(entries) is None and answered_last(entries))

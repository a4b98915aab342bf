"""Ctrl-C and SIGTERM: a request to stop; the run ends by its own way, with its evidence, and the browser goes at once."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from robot.flow.desk import Cancel, Progress


@contextlib.contextmanager
def stopping(cancel: Cancel, kill: Callable[[], None], progress: Progress) -> Iterator[None]:
    """Within it the signals ask `cancel` and `kill` the browser: whatever waits for the browser fails at once.

    Python's own KeyboardInterrupt would end Playwright's event loop, and with it every way to write down what there was.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not cancel.asked:
            cancel.ask()
            progress.say(Text("labels.cancelling"))
        kill()

    watched = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, stop) for number in watched}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

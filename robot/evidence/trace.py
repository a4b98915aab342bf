"""The Playwright trace, in chunks, with a gap wherever a secret is typed.

A trace holds what was typed, what was posted and what the page looked like, and Playwright redacts none of it. So the
recording is stopped whole (not by chunk: the network log of a trace runs on between chunks) while a secret is on the
page, and what the fields held is emptied before it starts again.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from robot.evidence.folder import RunFolder


BLANK: Final = ("", "about:blank")


class Trace:
    """Records one browser's context into numbered chunks of the run's folder.

    `film`: with the strip of small pictures, and the snapshots of every page before and after each action. Where several pages
    are at work they cost as much as all the rest of a dossier and show the pages in turns; without them the trace has the
    actions, the network and the console, and what a page looked like stands in the run's own screenshots.
    """

    def __init__(self, folder: RunFolder, *, wanted: bool, film: bool = True) -> None:
        self._film = film
        self._folder = folder
        self._wanted = wanted
        self._context: BrowserContext | None = None
        self._running = False
        self._paused = False
        self._chunks = 0
        self._step = ""

    def attach(self, context: BrowserContext) -> None:
        """Record `context` from now on."""
        self._context = context
        self._start()

    def detach(self) -> None:
        """Write the last chunk; the context may be closed afterwards."""
        self._stop()
        self._context = None

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Group what happens within under a step's name."""
        self._step = name
        self._group(name)
        try:
            yield
        finally:
            self._ungroup()
            self._step = ""

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Record nothing within, not even of a browser that starts only then."""
        self._stop()
        self._paused = True
        try:
            yield
        finally:
            self._paused = False
            self._start()

    def _start(self) -> None:
        if self._context is None or not self._wanted or self._running or self._paused:
            return
        with self._forgiving("start"):
            self._context.tracing.start(screenshots=self._film, snapshots=self._film, title="vss-robot")
            self._running = True
            if self._step:
                self._context.tracing.group(self._step)

    def _stop(self) -> None:
        if self._context is None or not self._running:
            return
        self._running = False
        if all(page.url in BLANK for page in self._context.pages):  # nothing to see yet: no file of it is packed
            with self._forgiving("stop"):
                self._context.tracing.stop()
            return
        self._chunks += 1
        with self._forgiving("stop"):
            self._context.tracing.stop(path=self._folder.trace(self._chunks))

    def _group(self, name: str) -> None:
        if self._context is not None and self._running:
            with self._forgiving("group"):
                self._context.tracing.group(name)

    def _ungroup(self) -> None:
        if self._context is not None and self._running:
            with self._forgiving("group_end"):
                self._context.tracing.group_end()

    @contextlib.contextmanager
    def _forgiving(self, doing: str) -> Iterator[None]:
        """A trace that cannot be written is a line in the log, never the reason why a dossier is not filed."""
        try:
            yield
        except PlaywrightError as wrong:
            logger.bind(action=f"trace.{doing}_failed").warning(str(wrong).splitlines()[0])

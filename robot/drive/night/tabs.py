"""Tabs: pages of one browser, each with a thread of work of its own within this one thread of the system.

Playwright's synchronous calls give way to one another wherever they wait: each handler of an event runs in a greenlet of its
own. The event of a new page is handled here by work that goes on as long as the page is needed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.errors import Cancelled
from robot.flow.desk import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

LOOK_MS: Final = 50


class TabCancel(Cancel):
    """A request to stop to one tab; whoever waits here lets the other tabs go on."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def wait(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            Cancelled: as soon as somebody asks.
        """
        self.alive()
        left_ms = seconds * 1000
        while left_ms > 0 and not self.asked:
            self._page.wait_for_timeout(min(left_ms, LOOK_MS))
            left_ms -= LOOK_MS
        if self.asked:
            raise Cancelled("cancelled")


class _Coming:
    """Hears of a new page and gives it to `live`; `came` says that it has, `late` that nobody waits for it any more."""

    def __init__(self, live: Callable[[Page], None]) -> None:
        self._live = live
        self.came = self.late = False

    def __call__(self, page: Page) -> None:
        """The page is there."""
        if not self.late:
            self.came = True
            self._live(page)


class Tabs:
    """At most `number` tabs that take what is in `waiting` and hand it to `work`, which must not raise."""

    def __init__(self, context: BrowserContext, number: int, work: Callable[[Page, tuple[int, int]], None]) -> None:
        self.waiting: deque[tuple[int, int]] = deque()
        self._context = context
        self._work = work
        self._number = number
        self._over = False
        self._living = 0
        self.busy = 0

    def grow(self) -> None:
        """Open one more tab, if more waits than idle tabs will take; the others go on meanwhile, so the first ones begin at once.

        Raises:
            PlaywrightError: the browser gave none, and there is no other that could take what waits.
        """
        if self._living >= self._number or len(self.waiting) <= self._living - self.busy:
            return
        coming = _Coming(self._live)
        self._living += 1
        try:
            self._open(coming)
        except PlaywrightError as wrong:
            if coming.came:  # it has its page, and looks for work on it
                return
            coming.late = True
            self._living -= 1
            if not self._living:
                raise
            self._number = self._living
            logger.bind(action="night.no_more_tabs", tabs=self._number).warning(str(wrong).splitlines()[0])

    def _open(self, coming: _Coming) -> None:
        """A page that looks for work, in a window of its own.

        The browser spares the tabs behind a window's foremost one, and a click waits until its page has been drawn: eight tabs of
        one window kept the token at work for 0.79 of the time, eight windows for 0.93 (`python -m tests.bench nightly`).
        """
        browser = self._context.browser
        if browser is None:
            self._context.once("page", coming)
            self._context.new_page()
            return
        control = browser.new_browser_cdp_session()
        try:
            with self._context.expect_page():
                # Second to hear of the page: what hears of it after this hears of it when the page's work is over.
                self._context.once("page", coming)
                control.send("Target.createTarget", {"url": "about:blank", "newWindow": True})
        finally:
            control.detach()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return not self.busy and not self.waiting

    @property
    def room(self) -> int:
        """How much more may be handed over: one waits, so that no tab does."""
        return self._number + 1 - self.busy - len(self.waiting)

    def close(self, pause: Callable[[], None]) -> None:
        """Close the tabs when they have done what they are at; `pause` lets time pass for them."""
        self._over = True
        while self._living:
            pause()

    def _live(self, page: Page) -> None:
        try:
            while not self._over:
                if self.waiting:
                    self._take(page)
                else:
                    page.wait_for_timeout(LOOK_MS)
            page.close()
        except PlaywrightError as gone:  # with the browser: the session notices that by itself
            logger.bind(action="night.tab_gone").debug(str(gone).splitlines()[0])
        finally:
            self._living -= 1

    def _take(self, page: Page) -> None:
        taken = self.waiting.popleft()
        self.busy += 1
        try:
            self._work(page, taken)
        finally:
            self.busy -= 1

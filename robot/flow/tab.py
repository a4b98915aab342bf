"""A further page of a session's browser, as the window of one dossier's run: its own evidence, the session's log-in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from robot.evidence import Trace, watch_source
from robot.flow.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from robot.flow.desk import Desk


class Tab(Window):
    """One page of the browser of `session`, lent to one run after the other; the page stays when the run has ended.

    `traced`: the browser's trace is this run's alone, which it is only where no other page is at work meanwhile. `again`: the run
    before this one has ended well on the page.
    """

    def __init__(self, desk: Desk, organisation: str, session: Window, page: Page, *, traced: bool, again: bool = False) -> None:
        super().__init__(desk, organisation)
        self._page = page
        self._again = again
        self.sightings = session.sightings
        self.version = session.version
        self.trace = Trace(desk.folder, wanted=traced and desk.settings.evidence.trace)
        self.trace.attach(page.context)
        self._unwatch: Callable[[], None] | None = watch_source(page, desk.folder)

    @property
    def page(self) -> Page:
        """The page."""
        return self._page

    @property
    def is_open(self) -> bool:
        """Whether the page is there."""
        return not self._page.is_closed()

    def stands_at(self, path: str) -> bool:
        """Whether the page is at this path of the portal, and the run before has ended well there."""
        return self._again and urlsplit(self._page.url).path == urlsplit(self.address(path)).path

    def close(self) -> None:
        """The run has ended: its trace is written, the page is left to the next one."""
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
            self.trace.detach()

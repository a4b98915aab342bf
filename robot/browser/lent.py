"""One browser lent to one run after the other, each by a connection of its own: for replays, which start many.

Chrome takes longest to start, and then its pages' processes. What a run has hung onto the browser (routes, scripts, the page's
clock, listeners) goes with its connection; its one page stays, led away from where it was, without history, cookies and whatever
the portal has stored. An extension keeps running.

The connections come by a port of 127.0.0.1, of the system's choice, on which the browser listens until it ends: whoever has an
account on this machine could drive it, so no browser with anybody's real data is lent.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from robot.browser.launch import Browser, why_not
from robot.browser.listening import BLANK, Listening
from robot.browser.profile import Profile
from robot.errors import BrowserFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page, Playwright

    from robot.browser.launch import Extras
    from robot.settings import Settings

STORED: Final = "local_storage,indexeddb,cache_storage,service_workers,file_systems,storage_buckets"
CONNECTED_S: Final = 15.0  # a browser that runs is connected in tenths of a second
# One that has just been started takes up a connection at times and goes no further with it (Chromium 156, two started at once on
# two processors: 1 of 12 to 1 of 4); the next connection it answers at once.
FIRST_S: Final = 3.0
# What belongs to the tab and not to the profile; how many frames the page has, which keep such things of their own.
FORGET: Final = "sessionStorage.clear(); window.name = ''; window.length"


@dataclass
class Lent(Browser):
    """The browser as one run has it: closing it gives it back."""

    given_back: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Lead its page away, which goes on while nobody waits for it, and let go of the connection."""
        with contextlib.suppress(PlaywrightError):
            if self.extras.closing is not None:
                self.extras.closing(self.context)
        with contextlib.suppress(PlaywrightError):
            if _led_away(self.context):
                self.given_back()
        with contextlib.suppress(PlaywrightError):
            if self.context.browser is not None:
                self.context.browser.close()


class Lending:
    """The one browser, on a profile of its own; `close` ends it. A run that wants another one (its settings differ) gets that."""

    def __init__(self, playwright: Playwright, profile: Path) -> None:
        self._playwright = playwright
        self._profile = Profile(profile)
        self._own: Listening | None = None
        self._wanted: object = None
        self._as_new = False  # whether its page may be used again

    def lend(self, settings: Settings, host_program: Path | None, *, headed: bool, extras: Extras) -> Browser:
        """The browser, emptied, with this program as the extension's native host. See `launch` for its errors."""
        wanted = settings.browser, settings.portal.host_resolver_rules, settings.portal.spki_pins, headed
        if self._own is None or wanted != self._wanted or not self._own.lives:
            self._start(settings, headed=headed)
            self._wanted = wanted
        signing = settings.signing
        if signing.write_manifest and host_program is not None and signing.host_name:
            ids = (settings.browser.extension_id, *signing.extension_ids)
            self._profile.write_host_manifest(signing.host_name, host_program, *ids)
        try:
            context = self._ready(settings)
        except BrowserFailed:  # it is dying, or has taken up a connection and does not go on with it
            self._start(settings, headed=headed)
            context = self._ready(settings)
        context.set_default_timeout(settings.timers.page_s * 1000)
        return Lent(context, self._profile, self._playwright, extras, self._given_back)

    def _start(self, settings: Settings, *, headed: bool) -> None:
        self.close()
        self._own = Listening(settings, self._profile, self._playwright.chromium.executable_path, headed=headed)
        self._as_new = True

    def _ready(self, settings: Settings) -> BrowserContext:
        """Connected, and as a run is to find it."""
        assert self._own is not None  # noqa: S101 - for the type checker: it has been started
        as_new, self._as_new = self._as_new, False
        try:
            context = self._connected(self._own.endpoint)
            _pretend(_emptied(context, as_new=as_new), settings)
        except PlaywrightError as wrong:
            raise BrowserFailed("browser_failed", why=why_not(wrong)) from wrong
        return context

    def _connected(self, endpoint: str) -> BrowserContext:
        connect = self._playwright.chromium.connect_over_cdp
        try:
            return connect(endpoint, timeout=FIRST_S * 1000).contexts[0]
        except PlaywrightTimeout:
            return connect(endpoint, timeout=CONNECTED_S * 1000).contexts[0]

    def close(self) -> None:
        """End the browser, where one runs."""
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def _given_back(self) -> None:
        self._as_new = True


def _led_away(context: BrowserContext) -> bool:
    """Send the page to the blank one, and do not wait for it; whether nothing of the tab's own is left that is known of."""
    if not context.pages:
        return False
    devtools = context.new_cdp_session(context.pages[0])
    frames = devtools.send("Runtime.evaluate", {"expression": FORGET})["result"].get("value")  # no number: it has failed
    devtools.send("Page.navigate", {"url": BLANK})
    return bool(frames == 0)


def _emptied(context: BrowserContext, *, as_new: bool) -> Page:
    """Its one page, in a browser without cookies and what pages have stored; with `as_new` that page has been led away."""
    before = context.pages
    page = before[0] if before else context.new_page()
    context.clear_cookies()
    devtools = context.new_cdp_session(page)
    visited = {_origin(entry["url"]) for entry in devtools.send("Page.getNavigationHistory")["entries"]} - {""}
    for origin in visited:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    if as_new and len(visited) <= 1:
        if page.url != BLANK:
            page.goto(BLANK, wait_until="domcontentloaded")
        devtools.send("Page.resetNavigationHistory")
    else:
        page = context.new_page()
    devtools.detach()
    for other in before:
        if other is not page:
            other.close()
    return page


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _pretend(page: Page, settings: Settings) -> None:
    """Size and language are what a browser has that Playwright starts for the same settings."""
    width, height = settings.browser.window
    page.set_viewport_size({"width": width, "height": height})
    devtools = page.context.new_cdp_session(page)  # what is said here holds as long as the session does
    devtools.send("Emulation.setLocaleOverride", {"locale": settings.browser.language})

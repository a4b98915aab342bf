"""One browser lent to one run after the other, each by a connection of its own: for replays, which start many.

Chrome takes longest to start. What a run has hung onto the browser (routes, scripts, the page's clock, listeners) goes with its
connection; its page, cookies and stored data are cleared before the next one comes. An extension keeps running.

The connections come by a port of 127.0.0.1, of the system's choice, on which the browser listens until it ends: whoever has an
account on this machine could drive it, so no browser with anybody's real data is lent.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from robot.browser.launch import Browser, Extras, launch
from robot.browser.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Playwright

    from robot.settings import Settings

PORT: Final = "--remote-debugging-port=0"  # of the system's choice, told in a file of the profile
PORT_FILE: Final = "DevToolsActivePort"
BLANK: Final = "about:blank"


@dataclass
class Lent(Browser):
    """The browser as one run has it: closing it gives it back."""

    def close(self) -> None:
        """Let go of the connection."""
        with contextlib.suppress(PlaywrightError):
            if self.extras.closing is not None:
                self.extras.closing(self.context)
        with contextlib.suppress(PlaywrightError):
            if self.context.browser is not None:
                self.context.browser.close()


class Lending:
    """The one browser, on a profile of its own; `close` ends it. A run that wants another one (its settings differ) gets that."""

    def __init__(self, playwright: Playwright, profile: Path) -> None:
        self._playwright = playwright
        self._profile = Profile(profile)
        self._own: Browser | None = None
        self._wanted: object = None

    def lend(self, settings: Settings, host_program: Path | None, *, headed: bool, extras: Extras) -> Browser:
        """The browser, emptied, with this program as the extension's native host. See `launch` for its errors."""
        wanted = settings.browser, settings.portal.host_resolver_rules, settings.portal.spki_pins, headed
        if self._own is None or wanted != self._wanted:
            self.close()
            ours = replace(extras, lending=None, playwright=self._playwright, closing=None, arguments=(*extras.arguments, PORT))
            self._own, self._wanted = launch(settings, self._profile, None, headed=headed, extras=ours), wanted
        signing = settings.signing
        if signing.write_manifest and host_program is not None and signing.host_name:
            ids = (settings.browser.extension_id, *signing.extension_ids)
            self._profile.write_host_manifest(signing.host_name, host_program, *ids)
        port = (self._profile.folder / PORT_FILE).read_text(encoding="ascii").split()[0]
        connected = self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = connected.contexts[0]
        _empty(context)
        context.set_default_timeout(settings.timers.page_s * 1000)
        return Lent(context, self._profile, self._playwright, extras)

    def close(self) -> None:
        """End the browser, where one runs."""
        own, self._own = self._own, None
        if own is not None:
            own.close()


def _empty(context: BrowserContext) -> None:
    """A new page in place of those that are there, without cookies and what pages have stored."""
    before = context.pages
    fresh = context.new_page()
    devtools = context.new_cdp_session(fresh)
    for origin in {f"{parts.scheme}://{parts.netloc}" for page in before if (parts := urlsplit(page.url)).netloc}:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    devtools.detach()
    context.clear_cookies()
    for page in before:
        page.close()

"""The browser window of a session: started when first looked at, closed while the run waits for mail."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from robot.browser import Profile, launch
from robot.browser.changes import wait_until
from robot.browser.launch import as_root, kill
from robot.diagnosis import Sightings
from robot.errors import (
    ActivationRefused,
    BrowserFailed,
    Cancelled,
    CaptchaRefused,
    CredentialsRefused,
    PageUnexpected,
    PhoneTaken,
    PortalUnavailable,
    Refused,
    RobotError,
    SessionExpired,
)
from robot.evidence import Trace, veil, watch, watch_source
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from robot.browser import Browser
    from robot.flow.desk import Desk
    from robot.portalmap.drift import Drift

BACK_OFF_S: Final = 0.5  # doubled with each try
READ = "data-vss-robot-read"  # marks what the portal has said before the robot asked again
MARK = f"rows => rows.forEach(row => row.setAttribute('{READ}', ''))"
CHANGED = """([element, attribute, before]) =>
  element.getAttribute(attribute) !== before && (!('complete' in element) || (element.complete && element.naturalWidth > 0))"""
EMPTY = "fields => fields.forEach(field => { field.value = ''; })"


class Window:
    """One page of one browser on the organisation's own profile.

    With `shared` the browser has further pages, each with evidence of its own (`robot.flow.tab`): only the first is watched.
    """

    def __init__(self, desk: Desk, organisation: str, *, shared: bool = False) -> None:
        self._desk = desk
        self._shared = shared
        self._settings = desk.settings
        self._browser: Browser | None = None
        self.profile = Profile(desk.settings.home / "profiles" / organisation)
        alone = not shared or desk.settings.nightly.tabs == 1
        self.trace = Trace(desk.folder, wanted=desk.settings.evidence.trace, film=alone)
        self.sightings = Sightings(desk.settings.portal.hosts)
        self.version = ""
        self.drifts: list[Drift] = []
        """Where the pages were not as the portal map says."""

    @property
    def page(self) -> Page:
        """The page; the first look starts the browser."""
        if self._browser is None:
            self._desk.cancel.wait(0)
            if as_root():
                self._desk.progress.say(Text("labels.as_root"))
            if self._settings.signing.mode == "pkcs11":
                self._desk.held_back()  # the token has been looked at before the robot logs in to it
            host_program = self._desk.signing.open(self.profile.folder)
            self._browser = self._launched(host_program)
            self._desk.held_back()  # what is broken is said now, before a person is asked for anything
            self.version = self._browser.version
            self._desk.tape.launched(self._browser.context)
            self.sightings.attach(self._browser.context)
            if self._shared:
                veil(self._browser.context, self._settings.evidence.masked)
                watch_source(self._browser.context.pages[0], self._desk.folder)
            else:
                watch(self._browser.context, self._desk.folder, self._settings.evidence.masked)
            self.trace.attach(self._browser.context)
        return self._browser.context.pages[0]

    @property
    def is_open(self) -> bool:
        """Whether a browser runs."""
        return self._browser is not None

    def close(self) -> None:
        """Write the trace and end the browser, where one runs; then whatever has signed for it."""
        try:
            if self._browser is not None:
                self.trace.detach()
                self._browser.close()
                self._browser = None
        finally:
            self._desk.signing.close()

    def kill(self) -> None:
        """End the browser at once; whatever waits for it fails at once. Safe within a signal handler."""
        kill(self._browser.profile if self._browser is not None else self.profile)

    def address(self, path: str) -> str:
        """The address of a path of the portal; a whole address stays as it is."""
        return urljoin(str(self._settings.portal.address), path)

    def open(self, path: str) -> None:
        """Go to a page of the portal; asked again with back-off while the portal is down, since reading has no effect.

        Raises:
            PortalUnavailable: no answer, or an error page, as often as the settings allow.
            SessionExpired: the portal sent us to its log-in instead.
        """
        address = self.address(path)
        why = ""
        for attempt in range(self._settings.portal.tries):
            self._desk.cancel.wait(BACK_OFF_S * 2 ** (attempt - 1) if attempt else 0)
            why = self._go(address)
            if not why:
                break
        else:
            raise PortalUnavailable("portal_unavailable", address=address, why=why)
        log_in = urlsplit(self.address(self._settings.portal.paths.login)).path
        if urlsplit(self.page.url).path == log_in != urlsplit(address).path:
            raise SessionExpired("session_expired", said=address)

    def stands_at(self, path: str) -> bool:  # noqa: ARG002 - a tab's answer depends on it
        """Whether the page is at this path of the portal, and the run before has ended well there."""
        return False

    def _go(self, address: str) -> str:
        """Why the page is not to be had, or nothing."""
        try:
            response = self.page.goto(address, wait_until="load")
        except PlaywrightTimeout:
            return f"no page within {self._settings.timers.page_s:g} s"
        except PlaywrightError as wrong:
            reason = re.search(r"net::[A-Z_]+", str(wrong))
            if reason is None or self._desk.cancel.asked:
                raise
            return reason.group()
        failed = response is not None and response.status >= 500  # noqa: PLR2004 - HTTP's server errors begin here
        return f"HTTP {response.status}" if response is not None and failed else ""

    @contextlib.contextmanager
    def secrets_on_page(self) -> Iterator[None]:
        """Record no trace within; afterwards the masked fields that are still there are emptied."""
        with self.trace.off():
            yield
            for selector in self._settings.evidence.masked:
                self.page.locator(selector).evaluate_all(EMPTY)

    def forget_what_was_said(self) -> None:
        """What the portal says from now on is told from what it has said before."""
        told = self._told(fresh=False)
        if told.count():  # a page that has said nothing is spared what a call in its own world brings with it
            told.evaluate_all(MARK)

    def await_one(self, locator: Locator, wait_s: float) -> Literal["seen", "silent"] | RobotError:
        """Wait until `locator` is seen or the portal says something; what it says is returned as the error it means."""
        told = self._told().filter(visible=True)
        either = locator.filter(visible=True).or_(told)
        if not self._came(lambda part_s: wait_until(self.page, lambda: either.count() > 0, part_s), wait_s):
            return "silent"
        if locator.filter(visible=True).count():
            return "seen"
        return self._meaning(told.first.inner_text().strip())

    def changed(self, element: Locator, attribute: str, before: str | None, within_s: float) -> bool:
        """Wait until an attribute of an element is no longer what it was, and the element (a picture) has loaded."""
        known = [element.element_handle(), attribute, before]

        def came(part_s: float) -> bool:
            with contextlib.suppress(PlaywrightTimeout):
                self.page.wait_for_function(CHANGED, arg=known, timeout=part_s * 1000)
                return True
            return False

        return self._came(came, within_s)

    def _came(self, came: Callable[[float], bool], within_s: float) -> bool:
        """Whether what is waited for came in time; how the time passes is the tape's concern."""
        return any(came(part_s) for part_s in self._desk.tape.waits(within_s, self))

    def translate(self, wrong: PlaywrightError) -> RobotError:
        """What an error of Playwright's means to the run."""
        first = str(wrong).strip().splitlines()[0]
        if self._desk.cancel.asked:
            return Cancelled("cancelled")
        if isinstance(wrong, PlaywrightTimeout):
            waited = re.search(r"waiting for (.+)", str(wrong))
            element = waited.group(1) if waited else first
            return PageUnexpected(
                "element_absent", element=element, address=self._where(), seconds=f"{self._settings.timers.page_s:g}"
            )
        if "has been closed" in first or "crashed" in first:
            return BrowserFailed("browser_gone", why=first)
        return PageUnexpected("portal_unavailable", address=self._where(), why=first)

    def _launched(self, host_program: Path | None) -> Browser:
        try:
            return launch(self._settings, self.profile, host_program, headed=self._desk.headed, extras=self._desk.extras)
        except BrowserFailed as wrong:
            if self._desk.cancel.asked:  # it was killed as it started
                raise Cancelled("cancelled") from wrong
            raise

    def _where(self) -> str:
        parts = urlsplit(self.page.url) if self.is_open else urlsplit("")
        return f"{parts.netloc}{parts.path}"

    def _told(self, *, fresh: bool = True) -> Locator:
        told = self.page.locator(self._settings.portal.refusals)
        return told.and_(self.page.locator(f":not([{READ}])")) if fresh else told

    def _meaning(self, said: str) -> RobotError:
        texts = self._settings.portal.texts
        kinds: tuple[tuple[str, RobotError], ...] = (
            (texts.captcha_wrong, CaptchaRefused("captcha_wrong", said=said)),
            (texts.credentials_wrong, CredentialsRefused("credentials_refused", said=said)),
            (texts.activation_wrong, ActivationRefused("activation_refused", said=said)),
            (texts.phone_taken, PhoneTaken("refused", said=said)),
            (texts.session_ended, SessionExpired("session_expired", said=said)),
            (texts.no_answer, PortalUnavailable("portal_unavailable", address=self._where(), why=said)),
        )
        return next((error for pattern, error in kinds if re.search(pattern, said)), Refused("refused", said=said))

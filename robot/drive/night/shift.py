"""A session's work while it has a place and the token: dossiers taken as the night hands them out, each in a tab."""

from __future__ import annotations

import contextlib
import platform
import time
from typing import TYPE_CHECKING, Final, Literal
from weakref import WeakSet

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.drive.night.dossier import Work
from robot.drive.night.tabs import TabCancel, Tabs
from robot.errors import PersonAwaited, RobotError

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from robot.drive.night.dossier import Bench, Done
    from robot.drive.night.link import Link

LOOK_MS: Final = 50
# Dossiers on their way to the token while a further window is opened. Eight windows at once on two processors: the token began to
# sign 7 to 10 s after the log-in; two by two: 2.8 to 3.6 s (30 dossiers, 500 ms a signature, 300 ms an answer of the portal).
AT_ONCE: Final = 2
ALIVE: Final = "path => fetch(path, {cache: 'no-store'}).then(answer => answer.status, () => 0)"
Next = Literal["rest", "log_in", "finish"]


class Shift:
    """The session from log-in to log-in; `error` is what ended it, if something did."""

    def __init__(self, bench: Bench, link: Link) -> None:
        self._bench = bench
        self._link = link
        self._works: dict[int, tuple[Work, TabCancel]] = {}
        self._well: WeakSet[Page] = WeakSet()  # pages on which the last dossier was sent, and nothing went wrong
        self._stopping: float | None = None
        self._go = self._finishing = self._resting = self._again = False
        self._asked = 0
        self._called = time.monotonic()
        self.error: RobotError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is begun in this session at all."""
        return self._stopping is not None or self.error is not None

    def stop(self) -> None:
        """Begin nothing more; what was sent comes to its end within the grace period, what was not is given back at once."""
        if self._stopping is None:
            self._stopping = time.monotonic() + self._bench.settings.nightly.grace_s
        for work, cancel in self._works.values():
            if work.may_be_broken_off:
                cancel.ask()

    def gone_ahead(self) -> bool:
        """Wait for the night's go, the session kept alive; False where the night wants no more of it."""
        self._go = self._resting = False
        while not (self._go or self._finishing or self.over):
            self._look(None)
        return self._go and not self.over

    def work(self) -> Next:
        """Send dossiers, the token in hand, until there is a reason to let it go."""
        page = self._bench.window.page
        self._take_token()
        tabs = Tabs(page.context, self._bench.settings.nightly.tabs, self._work)
        self._asked, self._again = 0, False
        try:
            while not self._done_with(tabs):
                self._look(tabs)
                self._want(tabs)
                if sum(work.is_being_prepared for work, _ in self._works.values()) < AT_ONCE:
                    tabs.grow()
            tabs.close(lambda: page.wait_for_timeout(LOOK_MS))
        finally:
            while tabs.waiting:
                self._link.tell("returned", item=tabs.waiting.popleft()[0])
            if not self.over:
                self._bench.signing.spare()  # the browser stays, and with it the log-in
            if not self.over or not self._bench.window.is_open:
                self._bench.signing.close()
        if self.over or self._finishing:
            return "finish"
        if self._again:
            return "log_in"
        self._link.tell("rested")
        return "rest"

    def _take_token(self) -> None:
        window, settings = self._bench.window, self._bench.settings
        program = self._bench.signing.open(window.profile.folder)
        signing = settings.signing
        if signing.write_manifest and program is not None and signing.host_name:
            ids = (settings.browser.extension_id, *signing.extension_ids)
            window.profile.write_host_manifest(signing.host_name, program, *ids)

    def _done_with(self, tabs: Tabs) -> bool:
        if self.over or self._again:
            return not tabs.busy
        return (self._finishing or self._resting) and tabs.idle

    def _look(self, tabs: Tabs | None) -> None:
        """Let a moment pass, hear the orders, keep the session alive, and end what takes longer than the grace period."""
        page, settings = self._bench.window.page, self._bench.settings
        page.wait_for_timeout(LOOK_MS)
        for order in self._link.orders():
            do = order["do"]
            if do == "item" and tabs is not None:
                self._asked -= 1
                tabs.waiting.append((order["item"], order["tries"]))
            elif do == "item":
                self._link.tell("returned", item=order["item"])
            elif do == "stop":
                self.stop()
            elif do == "rest":
                self._resting = tabs is not None
            else:
                self._go, self._finishing = self._go or do == "go", self._finishing or do == "finish"
        if time.monotonic() - self._called > settings.nightly.keep_alive_s:
            self._called = time.monotonic()
            with contextlib.suppress(PlaywrightError):
                page.evaluate(ALIVE, settings.portal.paths.check)
        if self._stopping is not None and time.monotonic() > self._stopping:
            self._bench.window.kill()

    def _want(self, tabs: Tabs) -> None:
        room = tabs.room - self._asked
        if room > 0 and not (self.over or self._again or self._finishing or self._resting):
            self._asked += room
            self._link.tell("want", room=room)

    def _work(self, page: Page, taken: tuple[int, int]) -> None:
        """One dossier in one tab; a fault of ours ends here and is told."""
        number, tries = taken
        item = self._bench.office.ledger.queue.item(number)
        # The same file may be sent for several rounds; whose signature is whose is told by the file, so one after the other.
        while any(work.item.sha256 == item.sha256 for work, _ in self._works.values()):
            page.wait_for_timeout(LOOK_MS)
        # Signed out, stopped, or taken out of the queue by a person meanwhile.
        if self.over or self._again or item.state not in {"planned", "unknown"}:
            self._link.tell("returned", item=number)
            return
        cancel = TabCancel(page)
        work = Work(self._bench, page, cancel, item, tries, again=page in self._well)
        self._works[number] = work, cancel
        self._well.discard(page)
        self._link.tell("begun", item=number)
        try:
            done = work.run()
            self._tell(done)
            if done.result.outcome == "done":
                self._well.add(page)
        except Exception as wrong:  # noqa: BLE001 - the last place within a tab: the session ends, the log has what it was
            logger.bind(action="night.failed", item=number).opt(exception=True).error("failed")
            self.error = wrong if isinstance(wrong, RobotError) else RobotError("command_failed", why=type(wrong).__name__)
            self._link.tell("ended", item=number, run=None, outcome="failed", portal_down=False, seconds=0)
        finally:
            del self._works[number]

    def _tell(self, done: Done) -> None:
        error, result = done.error, done.result
        if done.decision.session == "log_in":
            self._again = True
        elif done.decision.session == "stop":
            self.error = self.error or error
        elif error is not None and self._bench.signing.unanswered:  # nor would anybody answer the next one's
            self.error = self.error or PersonAwaited("pin_window_unanswered", machine=platform.node())
        self._link.tell(
            "ended",
            item=done.item.id,
            run=result.run,
            outcome=result.outcome,
            state=done.item.state,
            number=(result.receipt or {}).get("number"),
            said=error.text.say(self._bench.settings.language) if error is not None else None,
            finding=result.finding,
            portal_down=done.decision.portal_down,
            seconds=done.seconds,
            steps=result.steps,
        )

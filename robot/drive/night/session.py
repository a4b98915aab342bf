"""One organisation's session in a night: logged in once, many dossiers sent, the token held only while there is work."""

from __future__ import annotations

import contextlib
import time
from random import Random
from typing import TYPE_CHECKING, Final, Literal

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.drive.doctor import case_of
from robot.drive.explaining import explained
from robot.drive.night.dossier import Bench, Work
from robot.drive.night.link import Telling
from robot.drive.night.tabs import TabCancel, Tabs
from robot.drive.notices import Notices
from robot.drive.preflight import Preflight
from robot.drive.run import RunResult, book, ended
from robot.drive.signing import RunSigning
from robot.drive.versions import versions
from robot.errors import RobotError
from robot.evidence import RunFolder
from robot.flow.declare import load
from robot.flow.desk import Cancel, Desk
from robot.flow.session import Session
from robot.flow.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from robot.drive.night.dossier import Done
    from robot.drive.night.link import Link
    from robot.drive.office import Office
    from robot.flow import Receipt
    from robot.texts import Text

LOG_IN: Final = "night-session"
LOOK_MS: Final = 50
ALIVE = "path => fetch(path, {cache: 'no-store'}).then(answer => answer.status, () => 0)"
Next = Literal["rest", "log_in", "finish"]


class WithoutToken:
    """The session's own signing: none. The token is taken apart from the browser, after the log-in."""

    def open(self, _profile: Path) -> Path | None:
        """Nothing stands ready yet; the manifest is written when something does."""
        return None

    def close(self) -> None:
        """Nothing to put away."""

    def trouble(self) -> Text | None:
        """Nothing can be wrong with what is not there."""
        return None


class NightSession:
    """A session as a lane runs it, from the orders of the night."""

    def __init__(self, office: Office, night: int, organisation: str, link: Link, *, headed: bool) -> None:
        self._office = office
        self._key = organisation
        self._link = link
        self._night = night
        # A verdict comes by mail, hours later: the night fetches those of all dossiers at once.
        timers = office.settings.timers.model_copy(update={"verdict_s": 0})
        self._settings = office.settings.model_copy(update={"timers": timers})
        self._progress = Telling(link, office.settings.language)
        self._cancel = Cancel()
        self._log_in_flow, self._flow = load(LOG_IN), load("submit")
        self._headed = headed
        self._org = office.organisation(organisation)
        self._signing = RunSigning(office, self._flow, organisation, self._org, self._progress, errands=True)
        self._works: dict[int, Work] = {}
        self._cancels: dict[int, TabCancel] = {}
        self._stopping: float | None = None
        self._finishing = self._go = self._resting = False
        self._asked = 0
        self._error: RobotError | None = None
        self._again = False
        self._known: dict[str, str] = {}

    def run(self) -> RunResult:
        """Log in, send what comes, until the night has nothing more; never raises for what happens meanwhile."""
        office, settings = self._office, self._settings
        self._signing.check()
        run = office.ledger.begin_run(LOG_IN, self._key, {"night": str(self._night)}, settings.evidence.folder, night=self._night)
        folder = RunFolder(settings.evidence.folder / run, office.redactor, settings.evidence.masked, settings.evidence.personal)
        self._folder = folder
        preflight = Preflight(case_of(office, self._key), folder, self._progress)
        desk = Desk(
            settings,
            office.ledger,
            office.vault,
            office.redactor,
            folder,
            self._progress,
            WithoutToken(),
            self._headed,
            self._cancel,
            tell=Notices(office).question,
        )
        self._signing.begin(run, folder.folder)
        window = Window(desk, self._key, shared=True)
        session = self._session = Session(desk, run, self._key, self._org, window)
        self._bench = Bench(
            office,
            settings,
            self._night,
            self._key,
            run,
            window,
            self._signing,
            self._flow,
            self._progress,
            preflight.held_back,
            lambda: self._known,
            Random(),  # noqa: S311 - pauses, not secrets
        )
        try:
            preflight.look()
            receipt, error = ended(self._live, session, folder)
            error = error or self._error
            finding = session.finding or explained(error, session, folder)
        finally:
            self._put_away()
        language = settings.language
        result = RunResult(
            run=run,
            flow=LOG_IN,
            organisation=self._key,
            outcome="done" if error is None else error.outcome,
            receipt=receipt.model_dump() if receipt is not None else None,
            finding=finding.as_json(language) if finding is not None else None,
            evidence=str(folder.folder),
            steps=session.seconds,
            signing=self._signing.facts(),
            alarms=[*self._signing.alarms(), *(preflight.alarms() if error is None else [])],
        )
        book(office, result, folder, error, finding, self._known)
        facts = {"error": type(error).__name__, "said": error.text.say(language)} if error is not None else {}
        self._link.tell("over", run=run, outcome=result.outcome, alarms=result.alarms, **facts)
        return result

    def kill(self) -> None:
        """End the browser at once: whatever waits for it fails at once. Safe within a signal handler."""
        self._session.window.kill()

    def _live(self) -> Receipt:
        """The session's ways: log in, wait for a place and the token, work, and so on; the receipt of the first log-in."""
        receipt: Receipt | None = None
        then: Next = "log_in"
        while then != "finish":
            if then == "log_in":
                self._link.tell("waiting", run=self._bench.session)
                logged_in = self._log_in_flow(self._session, self._org)
                receipt = receipt or logged_in
                self._known = self._known or self._versions()
                self._link.tell("ready", run=self._bench.session)
            then = self._working() if self._gone_ahead() else "finish"
        assert receipt is not None  # noqa: S101 - for the type checker: the first way is to log in
        return receipt

    def _gone_ahead(self) -> bool:
        """Wait for the night's go, the session kept alive; False where the night wants no more of it."""
        self._go = self._resting = False
        alive = time.monotonic()
        while not (self._go or self._over):
            self._look()
            alive = self._kept_alive(alive)
        return self._go and not self._over

    def _working(self) -> Next:
        """Send dossiers, the token in hand, until there is a reason to let it go."""
        window = self._session.window
        page = window.page
        host = self._signing.open(window.profile.folder)
        signing = self._settings.signing
        if signing.write_manifest and host is not None and signing.host_name:
            ids = (self._settings.browser.extension_id, *signing.extension_ids)
            window.profile.write_host_manifest(signing.host_name, host, *ids)
        tabs = Tabs(page.context, self._settings.nightly.tabs, self._work)
        tabs.open()
        self._asked, self._again = 0, False
        alive = time.monotonic()
        try:
            while not self._done_with(tabs):
                self._look(tabs)
                self._want(tabs)
                alive = self._kept_alive(alive)
            tabs.close(lambda: page.wait_for_timeout(LOOK_MS))
        finally:
            self._give_back(tabs)
            if window.is_open and self._error is None:
                self._signing.spare()
            self._signing.close()
        if self._over:
            return "finish"
        return "log_in" if self._again else "rest"

    def _done_with(self, tabs: Tabs) -> bool:
        if self._over or self._again:
            return not tabs.busy
        return (self._finishing or self._resting) and tabs.idle

    @property
    def _over(self) -> bool:
        return self._stopping is not None or self._error is not None or (self._finishing and not self._go)

    def _look(self, tabs: Tabs | None = None) -> None:
        """Let a moment pass, hear the orders, and end what takes longer than the grace period."""
        self._session.page.wait_for_timeout(LOOK_MS)
        for order in self._link.orders():
            do = order["do"]
            if do == "go":
                self._go = True
            elif do == "rest":
                self._resting = True
                self._link.tell("rested")
            elif do == "finish":
                self._finishing = True
                self._go = self._go and tabs is not None
            elif do == "stop":
                self.stop()
            elif tabs is not None:
                self._asked -= 1
                tabs.waiting.append((order["item"], order["tries"]))
            else:
                self._link.tell("returned", item=order["item"])
        if self._stopping is not None and time.monotonic() > self._stopping:
            self.kill()

    def stop(self) -> None:
        """Begin nothing more; what was sent comes to its end within the grace period, what was not is given back at once."""
        if self._stopping is None:
            self._stopping = time.monotonic() + self._settings.nightly.grace_s
        for number, work in self._works.items():
            if work.may_be_broken_off:
                self._cancels[number].ask()

    def _want(self, tabs: Tabs) -> None:
        room = tabs.room - self._asked
        if room > 0 and not (self._over or self._again or self._finishing or self._resting):
            self._asked += room
            self._link.tell("want", room=room)

    def _give_back(self, tabs: Tabs) -> None:
        while tabs.waiting:
            number, _ = tabs.waiting.popleft()
            self._link.tell("returned", item=number)

    def _work(self, page: Page, taken: tuple[int, int]) -> None:
        """One dossier in one tab; a fault of ours ends here and is told."""
        number, tries = taken
        if self._over or self._again:
            self._link.tell("returned", item=number)
            return
        item = self._office.ledger.queue.item(number)
        if item.state not in {"planned", "unknown"}:  # a person has taken it out of the queue meanwhile
            self._link.tell("returned", item=number)
            return
        cancel = self._cancels[number] = TabCancel(page)
        work = self._works[number] = Work(self._bench, page, cancel, item, tries)
        self._link.tell("begun", item=number, organisation=self._key)
        try:
            self._tell(work.run())
        except Exception as wrong:  # noqa: BLE001 - the last place within a tab: the session ends, the log has what it was
            logger.bind(action="night.failed", item=number).opt(exception=True).error("failed")
            self._error = wrong if isinstance(wrong, RobotError) else RobotError("command_failed", why=type(wrong).__name__)
            self._link.tell("ended", item=number, run=None, outcome="failed", portal_down=False, seconds=0)
        finally:
            del self._works[number], self._cancels[number]

    def _tell(self, done: Done) -> None:
        error, result = done.error, done.result
        if done.decision.session == "log_in":
            self._again = True
        elif done.decision.session == "stop" and error is not None and self._error is None:
            self._error = error
        self._link.tell(
            "ended",
            item=done.item.id,
            run=result.run,
            outcome=result.outcome,
            state=done.item.state,
            number=(result.receipt or {}).get("number"),
            said=error.text.say(self._settings.language) if error is not None else None,
            finding=result.finding,
            portal_down=done.decision.portal_down,
            seconds=done.seconds,
            steps=result.steps,
        )

    def _kept_alive(self, last: float) -> float:
        """Call the portal when it is time; the time of the last call."""
        if time.monotonic() - last < self._settings.nightly.keep_alive_s:
            return last
        with contextlib.suppress(PlaywrightError):
            self._session.page.evaluate(ALIVE, self._settings.portal.paths.check)
        return time.monotonic()

    def _versions(self) -> dict[str, str]:
        window = self._session.window
        return versions(window.version, self._settings, window.profile.folder, self._folder.folder)

    def _put_away(self) -> None:
        with contextlib.suppress(PlaywrightError):
            self._session.rest()
        self._signing.close()

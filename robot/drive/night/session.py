"""One organisation's session in a night: logged in once, many dossiers sent, the token held only while there is work."""

from __future__ import annotations

import contextlib
from random import Random
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Error as PlaywrightError

from robot.browser.launch import Extras
from robot.drive.doctor import case_of
from robot.drive.explaining import explained
from robot.drive.night.dossier import Bench
from robot.drive.night.first_look import look_behind
from robot.drive.night.link import Telling
from robot.drive.night.shift import Shift
from robot.drive.notices import Notices
from robot.drive.preflight import Preflight
from robot.drive.run import RunResult, book, ended
from robot.drive.signing import RunSigning
from robot.drive.versions import versions
from robot.drive.without_token import WithoutToken
from robot.evidence import RunFolder
from robot.flow.declare import load
from robot.flow.desk import Cancel, Desk
from robot.flow.session import Session
from robot.flow.window import Window
from robot.ledger.why import by_language

if TYPE_CHECKING:
    from robot.drive.ahead import Ahead
    from robot.drive.night.link import Link
    from robot.drive.night.shift import Next
    from robot.drive.office import Office
    from robot.flow import Receipt
    from robot.settings import Settings
    from robot.settings.nightly import Nightly

LOG_IN: Final = "night-session"


class NightSession:
    """A session as a lane runs it, from the orders of the night."""

    def __init__(self, office: Office, night: int, organisation: str, link: Link, ahead: Ahead, *, headed: bool) -> None:
        self._office = office
        self._key = organisation
        self._link = link
        self._night = night
        # A verdict comes by mail, hours later: the night fetches those of all dossiers at once.
        timers = office.settings.timers.model_copy(update={"verdict_s": 0})
        self._settings = office.settings.model_copy(update={"timers": timers, "nightly": _tabs_allowed(office.settings)})
        self._progress = Telling(link, office.settings.language)
        self._cancel = Cancel()
        self._flow = load("submit")
        self._headed = headed
        self._org = office.organisation(organisation)
        self._signing = RunSigning(office, self._flow, organisation, self._org, self._progress, errands=True)
        self._signing.begun = ahead.take_agent  # it comes up while the session logs in, and knows of no token until then
        self._extras = Extras(started=ahead.driver)
        self._shift: Shift | None = None
        self._known: dict[str, str] = {}

    def run(self) -> RunResult:
        """Log in, send what comes, until the night has nothing more; never raises for what happens meanwhile.

        Raises:
            UsageError: before anything was started: no consent, no PIN, no driver.
        """
        office, settings = self._office, self._settings
        self._signing.check()
        run = office.ledger.begin_run(LOG_IN, self._key, {}, settings.evidence.folder, night=self._night)
        office.telemetry.run_begun(run, LOG_IN, self._key)
        folder = RunFolder(settings.evidence.folder / run, office.redactor, settings.evidence.masked, settings.evidence.personal)
        preflight = Preflight(case_of(office, self._key), folder, self._progress)
        session = self._begun(run, folder)
        shift = self._shift = Shift(self._bench(run, session.window, preflight), self._link)
        try:
            preflight.look()
            receipt, error = ended(lambda: self._ways(session, shift, folder), session, folder)
            error = error or shift.error
            finding = session.finding or explained(error, session, folder)
        finally:
            with contextlib.suppress(PlaywrightError):
                session.rest()
            self._signing.close()
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
            drifts=[drift.as_json() for drift in session.drifts],
        )
        book(office, result, folder, error, finding, self._known)
        facts: dict[str, Any] = {}
        if error is not None:
            facts = {"error": type(error).__name__, "said": error.text.say(language), "told": by_language(error.text)}
        self._link.tell("over", run=run, outcome=result.outcome, alarms=result.alarms, **facts)
        return result

    def stop(self) -> None:
        """Begin nothing more (see `Shift.stop`); nobody is waited for any more. Safe within a signal handler."""
        self._cancel.ask()
        if self._shift is not None:
            self._shift.stop()

    def interrupt(self) -> None:
        """The night wants no more: whoever waits for a person at the log-in waits no longer. Safe from another thread."""
        self._cancel.ask()

    def _begun(self, run: str, folder: RunFolder) -> Session:
        office, settings = self._office, self._settings
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
            telemetry=office.telemetry,
            extras=self._extras,
        )
        self._signing.begin(run, folder.folder)
        return Session(desk, run, self._key, self._org, Window(desk, self._key, shared=True))

    def _bench(self, run: str, window: Window, preflight: Preflight) -> Bench:
        return Bench(
            self._office,
            self._settings,
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

    def _ways(self, session: Session, shift: Shift, folder: RunFolder) -> Receipt:
        """Log in, wait for a place and the token, work, and so on; the receipt of the first log-in."""
        log_in = load(LOG_IN)
        receipt: Receipt | None = None
        then: Next = "log_in"
        while then != "finish":
            if then == "log_in":
                self._link.tell("waiting", run=session.run)
                logged_in = log_in(session, self._org)
                if receipt is None and self._settings.nightly.check_map:
                    look_behind(session)
                receipt = receipt or logged_in
                window = session.window
                self._known = versions(window.version, self._settings, window.profile.folder, folder.folder)
                self._link.tell("ready", run=session.run)
            then = shift.work() if shift.gone_ahead() else "finish"
        assert receipt is not None  # noqa: S101 - for the type checker: the first way is to log in
        return receipt


def _tabs_allowed(settings: Settings) -> Nightly:
    """The library's windows come one at a time; and where any hash is signed, it is a dossier's by there being no other."""
    alone = settings.signing.mode == "vendor" or settings.nightly.digest == "any"
    return settings.nightly.model_copy(update={"tabs": 1}) if alone else settings.nightly

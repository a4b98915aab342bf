"""One dossier's run within a session: a run of its own in the books, on a page of the session's browser."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loguru import logger

from robot.dossier import read_head
from robot.drive.explaining import explained
from robot.drive.faults import faults_of_error, faults_of_run
from robot.drive.night.breaker import jittered
from robot.drive.night.deciding import decide
from robot.drive.notices import Notices
from robot.drive.run import RunResult, book, ended
from robot.errors import UsageError
from robot.evidence import RunFolder
from robot.flow.desk import Desk
from robot.flow.session import Session
from robot.flow.tab import Tab
from robot.ledger.item import LostLease
from robot.ledger.rows import WrongState
from robot.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from playwright.sync_api import Page

    from robot.drive.night.deciding import Decision
    from robot.drive.office import Office
    from robot.drive.signing import RunSigning
    from robot.errors import RobotError
    from robot.flow import Flow, Receipt
    from robot.flow.desk import Cancel, Progress
    from robot.flow.window import Window
    from robot.ledger.item import Item
    from robot.settings import Settings

FLOW = "submit"
PREPARED_S: Final = 5.0


@dataclass(frozen=True)
class Bench:
    """What the dossiers of one session share."""

    office: Office
    settings: Settings
    night: int
    organisation: str
    session: str
    """The run that holds browser and token."""
    window: Window
    signing: RunSigning
    flow: Flow
    progress: Progress
    held_back: Callable[[], Any]
    versions: Callable[[], dict[str, str]]
    chance: Random


@dataclass(frozen=True)
class Done:
    """How a dossier's run ended: its result, the error if there was one, and what is to be done about the session."""

    result: RunResult
    item: Item
    error: RobotError | None
    decision: Decision
    seconds: float


class Work:
    """One dossier under way; `again`: the one before it has ended well on this page."""

    def __init__(self, bench: Bench, page: Page, cancel: Cancel, item: Item, tries: int, *, again: bool = False) -> None:
        self._bench = bench
        self._again = again
        self._page = page
        self._tries = tries
        self._cancel = cancel
        self.item = item
        self._session: Session | None = None
        self._begun = time.monotonic()

    @property
    def may_be_broken_off(self) -> bool:
        """Whether nothing was sent yet, so that it can be given back at once."""
        claim = self._session.claim if self._session is not None else None
        return claim is None or claim.state in {"claimed", "prepared", "signed"}

    @property
    def is_being_prepared(self) -> bool:
        """Whether it is on its way to the token; what takes longer than `PREPARED_S` waits for somebody."""
        claim = self._session.claim if self._session is not None else None
        return (claim is None or claim.state == "claimed") and time.monotonic() - self._begun < PREPARED_S

    def run(self) -> Done:
        """Send the dossier, or look it up; whatever happens is in the books when this returns."""
        bench = self._bench
        ledger, evidence = bench.office.ledger, bench.settings.evidence
        parameters = {"dossier": self.item.file, "round_number": str(self.item.round_number), "item": str(self.item.id)}
        run = ledger.begin_run(FLOW, bench.organisation, parameters, evidence.folder, night=bench.night, session=bench.session)
        bench.office.telemetry.run_begun(run, FLOW, bench.organisation)
        folder = RunFolder(evidence.folder / run, bench.office.redactor, evidence.masked, evidence.personal)
        ledger.note_signing(run, bench.signing.facts())
        desk = Desk(
            bench.settings,
            ledger,
            bench.office.vault,
            bench.office.redactor,
            folder,
            bench.progress,
            bench.signing,
            False,  # noqa: FBT003 - by position as the others: a tab has no window of its own
            self._cancel,
            bench.held_back,
            Notices(bench.office).question,
            telemetry=bench.office.telemetry,
        )
        tab = Tab(desk, bench.organisation, bench.window, self._page, traced=bench.settings.nightly.tabs == 1, again=self._again)
        org = bench.office.organisation(bench.organisation)
        session = self._session = Session(desk, run, bench.organisation, org, tab)
        log = logger.bind(action="night.dossier", run=run, item=self.item.id)
        log.info("begin")
        try:
            receipt, error = ended(lambda: self._sent(session, run), session, folder)
            finding = session.finding or explained(error, session, folder)
        finally:
            bench.signing.errand_over(run)
            tab.close()
        decision = self._settled(session, run, error)
        language = bench.settings.language
        result = RunResult(
            run=run,
            flow=FLOW,
            organisation=bench.organisation,
            outcome="done" if error is None else error.outcome,
            receipt=receipt.model_dump() if receipt is not None else None,
            finding=finding.as_json(language) if finding is not None else None,
            evidence=str(folder.folder),
            steps=session.seconds,
            signing=bench.signing.facts(),
            drifts=[drift.as_json() for drift in session.drifts],
            faults=faults_of_run(ledger, run, language) or faults_of_error(error, language),
        )
        book(bench.office, result, folder, error, finding, bench.versions())
        log.bind(outcome=result.outcome).info("end")
        return Done(result, ledger.queue.item(self.item.id), error, decision, round(time.monotonic() - self._begun, 3))

    def _sent(self, session: Session, run: str) -> Receipt:
        head = read_head(Path(self.item.file))
        head.check_belongs_to(self._bench.organisation, session.organisation.tax_code)
        if head.sha256 != self.item.sha256:
            raise UsageError("dossier_changed", file=self.item.file)
        self._bench.signing.errand(run, head.sha256 if self._bench.settings.nightly.digest == "file" else "")
        return self._bench.flow(session, session.organisation, dossier=head, round_number=self.item.round_number)

    def _settled(self, session: Session, run: str, error: RobotError | None) -> Decision:
        """Put the dossier where the error and its phase say, as far as the run still has it."""
        protocol, settings = self._bench.office.ledger.protocol, self._bench.settings
        claim = session.claim
        decision = decide(error, claim.state if claim is not None else None)
        if error is None or decision.item == "leave":
            return decision
        said: dict[str, str] = {language: error.text.say(language) for language in LANGUAGES}
        try:
            if claim is None and decision.item == "hold":
                claim = protocol.claim(run, settings.submission.lease_s, item=self.item.id)
            if claim is None:
                return decision
            if decision.item == "refuse":
                protocol.refuse(claim, said)
            elif decision.item == "hold":
                protocol.hold(claim, said)
            else:
                pause = jittered(settings.submission.back_off_s, self._tries + 1, self._bench.chance)
                protocol.postpone(claim, error.text, pause.total_seconds() if decision.later else 0)
        except (LostLease, WrongState) as lost:  # whoever has it now has written what became of it
            logger.bind(action="night.lost", run=run, item=self.item.id).warning(str(lost))
        return decision

"""One run of one flow: booked, evidenced, and ended with a named outcome whatever happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from loguru import logger
from playwright.sync_api import Error as PlaywrightError
from pydantic import BaseModel, ConfigDict

import robot
from robot.drive.case import case_of
from robot.drive.explaining import explained
from robot.drive.faults import faults_of_error, faults_of_run
from robot.drive.notices import Notices
from robot.drive.preflight import Preflight
from robot.drive.signals import stopping
from robot.drive.stage import Stage
from robot.drive.versions import token_versions, versions
from robot.errors import ChainBroken, RobotError, UsageError, Waiting
from robot.flow.desk import Cancel, Desk
from robot.flow.session import Session
from robot.ledger.waits import NewWait
from robot.portalmap import load_map
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from robot.diagnosis import Finding
    from robot.drive.office import Office
    from robot.evidence import RunFolder
    from robot.flow import Flow, Receipt
    from robot.flow.desk import Progress


OPTIONS: Final = {"dossier": "--dossier", "round_number": "--round"}
"""Parameters with an option of their own; any other one of a flow is a text, given by `--with NAME=VALUE`."""


class RunResult(BaseModel):
    """How a run ended, as `--json` prints it and `run.json` keeps it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str | None
    flow: str
    organisation: str
    outcome: str
    receipt: dict[str, str] | None = None
    finding: dict[str, Any] | None = None
    evidence: str | None = None
    steps: dict[str, float] = {}
    signing: dict[str, str] = {}
    """Who signs (`mode`), whether a person gave the PIN (`attended`), and by whose consent (`authorised_by`, `until`)."""
    alarms: list[dict[str, str]] = []
    """What a person must look into: `kind`, and `said` in the operator's language."""
    drifts: list[dict[str, str]] = []
    """Where the portal's pages were not as the portal map says: `page`, `element`, `kind`, `expected`, `found`."""
    faults: list[dict[str, Any]] = []
    """Why the dossier was refused, by the portal's verdict or by the check before the upload (as `check --json` has them)."""


@dataclass(frozen=True)
class Ending:
    """A run's result, and what is said to a person about it."""

    result: RunResult
    exit_code: int
    text: Text | None = None
    screenshots: list[Path] = field(default_factory=list)


def run_flow(
    office: Office,
    flow: Flow,
    organisation: str,
    parameters: Mapping[str, Any],
    progress: Progress,
    *,
    headed: bool = False,
    stage: Stage | None = None,
) -> Ending:
    """Run `flow` for an organisation; never raises for what happens while it runs.

    Without a `stage` it is played on the world itself, and not recorded.

    Raises:
        UsageError: before anything was started.
    """
    org = office.organisation(organisation)
    check_parameters(flow, parameters)
    load_map(office.settings.portal.map)  # what is wrong with it is said before anything is started
    office.ledger.reap()
    stage = stage or Stage()
    signing = stage.signing(office, flow, organisation, org, progress)
    signing.check()
    evidence = office.settings.evidence.folder
    run = office.ledger.begin_run(flow.name, organisation, {name: str(value) for name, value in parameters.items()}, evidence)
    office.telemetry.run_begun(run, flow.name, organisation)
    folder = stage.folder(evidence / run, office.redactor, office.settings.evidence.masked, office.settings.evidence.personal)
    cancel = Cancel()
    preflight = Preflight(case_of(office, organisation), folder, progress)
    desk = Desk(
        office.settings,
        office.ledger,
        office.vault,
        office.redactor,
        folder,
        progress,
        signing,
        headed,
        cancel,
        preflight.held_back,
        Notices(office).question,
        stage.tape,
        stage.extras,
        office.telemetry,
    )
    signing.begin(run, folder.folder)
    session = Session(desk, run, organisation, org)
    log = logger.bind(action="run", run=run, flow=flow.name, organisation=organisation)
    log.bind(version=robot.__version__).info("begin")
    with stopping(cancel, session.window.kill, progress):
        try:
            if flow.signatures and stage.probing:
                preflight.begin()
            receipt, error = ended(lambda: _again(flow, session, dict(parameters), progress), session, folder)
            finding = session.finding or explained(error, session, folder, probing=stage.probing)
        finally:
            session.rest()
            preflight.heard()
    language = office.settings.language
    result = RunResult(
        run=run,
        flow=flow.name,
        organisation=organisation,
        outcome="done" if error is None else error.outcome,
        receipt=receipt.model_dump() if receipt is not None else None,
        finding=finding.as_json(language) if finding is not None else None,
        evidence=str(folder.folder),
        steps=session.seconds,
        signing=signing.facts(),
        alarms=[*signing.alarms(), *(preflight.alarms() if error is None else [])],
        drifts=[drift.as_json() for drift in session.drifts],
        faults=faults_of_run(office.ledger, run, language) or faults_of_error(error, language),
    )
    known = versions(session.window.version, office.settings, session.window.profile.folder, folder.folder)
    if isinstance(error, ChainBroken):
        known |= token_versions(office.settings, org)
    book(office, result, folder, error, finding, known)
    log.bind(outcome=result.outcome).info("end")
    return Ending(result, 0 if error is None else error.exit_code, error.text if error else None, folder.screenshots())


def check_parameters(flow: Flow, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the flow needs and lacks, or has and does not use.

    Raises:
        UsageError: with the parameter's option.
    """
    for name in sorted(flow.needs - parameters.keys()):
        raise UsageError("parameter_needed", flow=flow.name, parameter=OPTIONS.get(name, f"--with {name}=…"))
    for name in sorted(parameters.keys() - flow.takes):
        raise UsageError("parameter_unused", flow=flow.name, parameter=OPTIONS.get(name, f"--with {name}=…"))


def ended(work: Callable[[], Receipt], session: Session, folder: RunFolder) -> tuple[Receipt | None, RobotError | None]:
    """How a run's work ended: with a receipt, or with an error, whatever happened."""
    try:
        return work(), None
    except RobotError as wrong:
        return None, wrong
    except PlaywrightError as wrong:
        return None, session.window.translate(wrong)
    except Exception as wrong:  # noqa: BLE001 - the last place before a person: a traceback goes to the log only
        logger.bind(action="run", run=session.run).opt(exception=True).error("failed")
        return None, RobotError("internal", why=f"{type(wrong).__name__}: {wrong}", evidence=folder.folder)


def _again(flow: Flow, session: Session, parameters: dict[str, Any], progress: Progress) -> Receipt:
    """Run the flow; once more from its start after an error that it names, as long as nothing was sent."""
    try:
        return flow(session, session.organisation, **parameters)
    except flow.again_on:
        if session.sent_anything:
            raise
        progress.say(Text("labels.started_again"))
        return flow(session, session.organisation, **parameters)


def book(
    office: Office,
    result: RunResult,
    folder: RunFolder,
    error: RobotError | None,
    finding: Finding | None,
    known: Mapping[str, str],
) -> None:
    """Write the end of a run into its folder, sentences in both languages, and into the books."""
    said = {language: error.text.say(language) if error is not None else "" for language in LANGUAGES}
    found = {language: finding.as_json(language) for language in LANGUAGES} if finding is not None else None
    seen = finding.probes if finding is not None else ()
    probes = {language: [probe.as_json(language) for probe in seen] for language in LANGUAGES}
    folder.write_run({**result.model_dump(), "said": said, "finding_said": found, "probes": probes, "versions": known})
    assert result.run is not None  # noqa: S101 - for the type checker: this run has been begun
    wait = _wait(office, error) if isinstance(error, Waiting) else None
    office.ledger.end_run(result.run, result.outcome, result.receipt, result.finding, result.alarms, wait)
    office.telemetry.run_ended(result.run, result.outcome, finding.code if finding is not None else None)
    Notices(office).held_by(result.run)


def _wait(office: Office, error: Waiting) -> NewWait:
    """What the run waits for: a person is heard whenever they come, anything else is looked for after a rest."""
    known = office.settings.worker
    return NewWait(error.waits_for, 0 if error.waits_for == "person" else known.rest_s, known.expires_s)

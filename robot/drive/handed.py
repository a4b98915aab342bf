"""A session handed to a test: booked and evidenced like a run, with a browser that has the extension, and no flow in it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import robot
from robot.drive.run import RunResult, book
from robot.drive.signing import RunSigning
from robot.drive.versions import versions
from robot.evidence import RunFolder
from robot.flow.declare import Flow, Receipt
from robot.flow.desk import Desk
from robot.flow.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.browser.launch import Extras
    from robot.drive.office import Office
    from robot.flow.desk import Progress

TESTED = "test"
"""What stands in the books in place of a flow's name."""


@contextlib.contextmanager
def handed(
    office: Office, key: str, progress: Progress, extras: Extras, failed: Callable[[], bool], *, headed: bool, signatures: int
) -> Iterator[Session]:
    """A session for the organisation of this key; it ends as done, or as failed where `failed` says so.

    `signatures` is how many the test may have made by the token.

    Raises:
        UsageError: before anything was started.
    """
    org = office.organisation(key)
    settings = office.settings
    office.ledger.reap()
    signing = RunSigning(office, _flow(signatures), key, org, progress)
    signing.check()
    run = office.ledger.begin_run(TESTED, key, {}, settings.evidence.folder)
    office.telemetry.run_begun(run, TESTED, key)
    folder = RunFolder(settings.evidence.folder / run, office.redactor, settings.evidence.masked, settings.evidence.personal)
    signing.begin(run, folder.folder)
    rooms = (settings, office.ledger, office.vault, office.redactor, folder, progress, signing)
    desk = Desk(*rooms, headed=headed, extras=extras, telemetry=office.telemetry)
    session = Session(desk, run, key, org)
    try:
        yield session
    finally:
        session.rest()
        result = RunResult(
            run=run,
            flow=TESTED,
            organisation=key,
            outcome="failed" if failed() else "done",
            evidence=str(folder.folder),
            steps=session.seconds,
            signing=signing.facts(),
            alarms=signing.alarms(),
        )
        known = versions(session.window.version, settings, session.window.profile.folder, folder.folder)
        book(office, result, folder, None, session.finding, {"robot": robot.__version__, **known})


def _flow(signatures: int) -> Flow:
    """What signing asks of a flow: its name, and how many signatures it may make."""

    def run(session: Session) -> Receipt:
        return Receipt(kind=TESTED, number=session.run)

    return Flow(TESTED, "A test.", run, frozenset(), frozenset(), signatures=signatures)

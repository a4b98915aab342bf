"""The portal's pages opened for a look, read only: those that everybody sees, and for an organisation those after its log-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

from robot.drive.doctor import NOBODYS
from robot.drive.run import run_flow
from robot.drive.signals import stopping
from robot.drive.without_token import WithoutToken
from robot.evidence import RunFolder
from robot.flow import Flow, Receipt
from robot.flow.declare import load
from robot.flow.desk import Cancel, Desk
from robot.flow.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.drive.office import Office
    from robot.drive.run import Ending
    from robot.flow import Organisation, Session
    from robot.flow.desk import Progress

LOG_IN: Final = "night-session"
CALIBRATE: Final = "calibrate"
STEP: Final = "look at the pages"


@dataclass(frozen=True)
class Opened:
    """A window on the portal, and a folder for what is seen; `signed_in` once an organisation is logged in."""

    window: Window
    folder: RunFolder
    signed_in: bool


def with_pages(
    office: Office, key: str | None, progress: Progress, look: Callable[[Opened], None], *, headed: bool = False
) -> Ending | None:
    """Hand a window to `look`; for an organisation once more after its log-in, as a run of its own, whose end is returned.

    Raises:
        RobotError: the browser does not start, a page is not to be had; in a run that is its end instead.
    """
    folder = _folder(office)
    cancel = Cancel()
    settings = office.settings.model_copy(update={"evidence": office.settings.evidence.model_copy(update={"trace": False})})
    desk = Desk(
        settings, office.ledger, office.vault, office.redactor, folder, progress, WithoutToken(), headed=headed, cancel=cancel
    )
    window = Window(desk, NOBODYS)
    with stopping(cancel, window.kill, progress):
        try:
            look(Opened(window, folder, signed_in=False))
        except PlaywrightError as wrong:
            raise window.translate(wrong) from wrong
        finally:
            window.close()
    if key is None:
        return None

    def logged_in(session: Session, organisation: Organisation) -> Receipt:
        receipt = load(LOG_IN)(session, organisation)
        with session.step(STEP):
            look(Opened(session.window, folder, signed_in=True))
        return receipt

    flow = Flow(CALIBRATE, "Log in, and look at the portal's pages.", logged_in, frozenset(), frozenset())
    return run_flow(office, flow, key, {}, progress, headed=headed)


def _folder(office: Office) -> RunFolder:
    known = office.settings.evidence
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    return RunFolder(known.folder / f"map-{stamp}", office.redactor, known.masked, known.personal)

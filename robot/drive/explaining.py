"""What an error that ended a run was, as a finding: looked at while the browser still stands where it failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from robot.diagnosis import finding_of, look_at_portal, name_cause
from robot.errors import PortalUnavailable

if TYPE_CHECKING:
    from robot.diagnosis import Finding
    from robot.errors import RobotError
    from robot.evidence import RunFolder
    from robot.flow.session import Session


def explained(error: RobotError | None, session: Session, folder: RunFolder, *, probing: bool = True) -> Finding | None:
    """The finding, noted in the run's folder (`findings.jsonl`); None where the error names no link of the chain.

    Without `probing` the error alone is looked at, and nothing is asked over the network.
    """
    if error is None:
        return None
    begun = time.monotonic()
    finding = finding_of(error)
    if probing and isinstance(error, PortalUnavailable):
        probes = look_at_portal(session.settings, error, _address(session), session.window.sightings)
        finding = name_cause(probes) if any(probe.state == "broken" for probe in probes) else finding
    if finding is not None:
        folder.finding(finding.as_json("en"), [probe.as_json("en") for probe in finding.probes], time.monotonic() - begun)
    return finding


def _address(session: Session) -> str:
    """Where the browser stands; empty where it does not any more."""
    try:
        return session.page.url if session.window.is_open else ""
    except PlaywrightError:
        return ""

"""The doctor: the whole chain looked at without a flow, with a browser of the organisation's own profile."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.browser import Profile, launch
from robot.diagnosis import Finding, Looking, Scene, Sightings, name_cause, whole
from robot.diagnosis.probe import broken
from robot.drive.case import NOBODYS, case_of
from robot.errors import BrowserFailed, BrowserMissing, SettingsError
from robot.signing.desk import TRANSCRIPT
from robot.signing.relay import RelayConfig, install

if TYPE_CHECKING:
    from robot.diagnosis import Case, Probe

__all__ = ["NOBODYS", "Examination", "case_of", "examine"]


@dataclass(frozen=True)
class Examination:
    """What was seen; `finding` is None where no link is broken."""

    case: Case
    probes: list[Probe]
    seconds: float

    @property
    def finding(self) -> Finding | None:
        """The cause, where there is one."""
        return name_cause(self.probes) if any(probe.state == "broken" for probe in self.probes) else None


def examine(case: Case, *, headed: bool = False) -> Examination:
    """All probes, with a browser; nothing is signed, no token logged in to, and the portal is only read.

    Raises:
        UsageError: a run uses the profile just now.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vss-doctor-", ignore_cleanup_errors=True) as folder:
        probes = _looked(case, Path(folder), headed=headed)
    seconds = time.monotonic() - begun
    logger.bind(action="doctor", seconds=round(seconds, 2)).info("{} links looked at", len(probes))
    return Examination(case, probes, seconds)


def _looked(case: Case, folder: Path, *, headed: bool) -> list[Probe]:
    profile = Profile(case.profile)
    profile.make_ready()
    transcript = _host_in_place(case, profile, folder)
    looking = Looking(case, written=True, within_s=case.settings.timers.host_s)
    try:
        browser = launch(case.settings, profile, None, headed=headed)
    except (BrowserFailed, BrowserMissing) as wrong:
        seen = looking.result().probes
        return seen if any(probe.link == "browser" for probe in seen) else [broken("browser_failed", why=wrong.text), *seen]
    except SettingsError:
        seen = looking.result().probes
        if not any(probe.state == "broken" for probe in seen):
            raise
        return seen  # the unpacked extension is not there, which is among them
    try:
        page = browser.context.pages[0]
        sightings = Sightings(case.settings.portal.hosts)
        sightings.attach(browser.context)
        address = urljoin(str(case.settings.portal.address), case.settings.portal.paths.registration)
        try:
            page.goto(address, wait_until="load")
        except PlaywrightError as wrong:
            logger.bind(action="doctor.page_failed").info(str(wrong).splitlines()[0])
        try:
            return whole(case, Scene(page, sightings, transcript, asked=False), looking)
        except PlaywrightError:
            seen = looking.result().probes
            if not any(probe.state == "broken" for probe in seen):
                raise
            return seen  # the browser's own error page stands there, and why it does is among them
    finally:
        browser.close()


def _host_in_place(case: Case, profile: Profile, folder: Path) -> Path | None:
    """The manifest with a relay behind it, as a run would write it; the relay's transcript, None where none is ours.

    Without an agent: a version is answered without one, and nothing else is asked.
    """
    if not case.writes_manifest:
        return None
    signing, vendor = case.settings.signing, case.vendor_program
    transcript = folder / TRANSCRIPT
    config = RelayConfig(
        mode=signing.mode,
        transcript=str(transcript),
        extension_ids=case.extension_ids,
        protocol=signing.protocol,
        allowed_origins=signing.origins,
        vendor=(str(vendor),) if vendor is not None else (),
    )
    launcher = install(case.settings.home / "relays" / profile.folder.name, Path(sys.executable), config)
    profile.write_host_manifest(signing.host_name, launcher, *case.extension_ids)
    return transcript

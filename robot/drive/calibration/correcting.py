"""Calibrating: the pages walked by a person, and what they corrected written as the operator's own map, with its evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from robot.clock import shown
from robot.drive.calibration.looking import Wanted, see_page
from robot.drive.calibration.opening import with_pages
from robot.drive.calibration.walking import Walk
from robot.portalmap import load_map
from robot.portalmap.writing import write_own

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.calibration.opening import Opened
    from robot.drive.office import Office
    from robot.drive.run import Ending
    from robot.flow.desk import Progress

FILE: Final = "portal-map.toml"


@dataclass(frozen=True)
class Calibrated:
    """How a walk ended: the file, None where nothing was corrected; what was decided; how the run ended that logged in."""

    file: Path | None
    decided: list[dict[str, Any]]
    evidence: Path | None
    run: Ending | None


def calibrate(office: Office, key: str | None, progress: Progress, wanted: Wanted, out: Path | None) -> Calibrated:
    """Walk the pages in a window, and write what was corrected to `out`, else to `[portal] map`, else into the robot's home.

    Raises:
        SettingsError: the file that is there is wrong, or cannot be written.
        PortalUnavailable: a page is not to be had.
    """
    own = office.settings.portal.map
    file = out or own or office.settings.home / FILE
    known = load_map(own if own is not None and own.exists() else None)
    walks: list[Walk] = []
    evidence: list[Path] = []

    def look(opened: Opened) -> None:
        evidence.append(opened.folder.folder)
        walk = Walk(known, progress, opened.folder)
        walks.append(walk)
        for name in wanted.of(known, signed_in=opened.signed_in):
            if any(before.ended for before in walks):
                break
            if see_page(opened.window, office.settings, known, name).state == "seen":
                walk.page(opened.window.page, name)
        decided = [said for before in walks for said in before.decided]
        opened.folder.write("calibration.json", json.dumps(decided, ensure_ascii=False, indent=1))

    run = with_pages(office, key, progress, look, headed=True)
    changes = {name: ways for walk in walks for name, ways in walk.changes.items()}
    if changes:
        note = f"Written by vss-robot calibrate, {shown(datetime.now(UTC))}; pictures: {evidence[0]}"
        write_own(file, changes, note)
        load_map(file)
    decided = [said for walk in walks for said in walk.decided]
    return Calibrated(file if changes else None, decided, evidence[0] if evidence else None, run)

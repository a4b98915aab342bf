"""The drift probe: which names of the portal map find their element, and what is new or gone; nobody need be there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from robot.drive.calibration.opening import with_pages
from robot.errors import SessionExpired
from robot.portalmap import load_map
from robot.portalmap.survey import PageSeen, look_at

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from robot.drive.calibration.opening import Opened
    from robot.drive.office import Office
    from robot.drive.run import Ending
    from robot.flow.desk import Progress
    from robot.flow.window import Window
    from robot.portalmap import PortalMap
    from robot.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """Which pages of the map are looked at: by name, or by their keys in `[portal.paths]`; all where none are said."""

    names: Collection[str] = ()
    paths: Collection[str] = ()

    def of(self, known: PortalMap, *, signed_in: bool) -> list[str]:
        """Their names: of those with an address of their own, the ones that need a log-in, or the ones that do not."""
        found = [name for name, page in known.pages.items() if page.path and page.signed_in == signed_in]
        return [
            name for name in found if not (self.names or self.paths) or name in self.names or known.pages[name].path in self.paths
        ]


@dataclass
class MapLook:
    """What was seen; `run` is how the run ended that logged in, where one was wanted."""

    pages: list[PageSeen] = field(default_factory=list)
    evidence: Path | None = None
    run: Ending | None = None

    @property
    def drifted(self) -> bool:
        """Whether anything is not as the map says."""
        return any(page.drifted for page in self.pages)

    @property
    def touches_a_flow(self) -> bool:
        """Whether a flow would meet a difference."""
        return any(page.touches_a_flow for page in self.pages)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "drifted": self.drifted,
            "touches_a_flow": self.touches_a_flow,
            "evidence": str(self.evidence) if self.evidence is not None else None,
            "run": self.run.result.run if self.run is not None else None,
            "pages": [page.as_json() for page in self.pages],
        }


def check_map(office: Office, key: str | None, progress: Progress, wanted: Wanted | None = None) -> MapLook:
    """Look at the pages, those after the log-in too where an organisation is named; a picture of each that differs is kept.

    Raises:
        SettingsError: the operator's own map is wrong.
        PortalUnavailable: a page is not to be had.
    """
    known, wanted, found = load_map(office.settings.portal.map), wanted or Wanted(), MapLook()

    def look(opened: Opened) -> None:
        found.evidence = opened.folder.folder
        for name in wanted.of(known, signed_in=opened.signed_in):
            seen = see_page(opened.window, office.settings, known, name)
            found.pages.append(seen)
            if seen.drifted:
                opened.folder.screenshot(opened.window.page, name, whole=True)
        if not opened.signed_in and key is None:
            left = wanted.of(known, signed_in=True)
            found.pages += [PageSeen(name, _path(office.settings, known, name), "signed_out") for name in left]
        opened.folder.write("map.json", json.dumps(found.as_json(), ensure_ascii=False, indent=1))

    found.run = with_pages(office, key, progress, look)
    return found


def see_page(window: Window, settings: Settings, known: PortalMap, name: str) -> PageSeen:
    """Open one page of the map and look at it.

    Raises:
        PortalUnavailable: it is not to be had.
    """
    path = _path(settings, known, name)
    try:
        window.open(path)
    except SessionExpired:
        return PageSeen(name, path, "signed_out")
    return look_at(window.page, known, name, path)


def _path(settings: Settings, known: PortalMap, name: str) -> str:
    return str(getattr(settings.portal.paths, known.pages[name].path))

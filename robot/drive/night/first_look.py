"""The pages that a night opens against the portal map, looked at before anything is begun: a page that has changed ends it there.

The log-in by the night itself, the pages behind it by each organisation's session, once it is logged in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from robot.drive.calibration import Wanted, check_map, see_page
from robot.drive.quiet import Quiet
from robot.errors import PageUnexpected
from robot.portalmap import load_map

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot.drive.office import Office
    from robot.flow.session import Session
    from robot.portalmap.survey import PageSeen

NIGHTS: Final = Wanted(paths=("login", "submit", "lookup"))
"""The pages of a night, by their keys in `[portal.paths]`."""


def look_before(office: Office) -> None:
    """Look at what is there without a log-in.

    Raises:
        PageUnexpected: `map_drifted`.
        RobotError: the page is not to be had.
    """
    _judge(check_map(office, None, Quiet(), NIGHTS).pages)


def look_behind(session: Session) -> None:
    """Look at what is there after the log-in, in the session that has just logged in.

    Raises:
        PageUnexpected: `map_drifted`.
        PortalUnavailable: a page is not to be had.
    """
    known = load_map(session.settings.portal.map)
    with session.step("look at the pages"):
        names = NIGHTS.of(known, signed_in=True)
        _judge(see_page(session.window, session.settings, known, name) for name in names)


def _judge(pages: Iterable[PageSeen]) -> None:
    """Let the pages pass where a flow would meet no difference."""
    met: list[str] = []
    for page in pages:
        met += [f"{page.page}.{each.name} ({each.state})" for each in page.elements if each.touches_a_flow]
        met += [f"{page.page}: {control.label or control.control} (new)" for control in page.new if control.required]
    if met:
        raise PageUnexpected("map_drifted", what=", ".join(met))

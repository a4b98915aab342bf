"""A portal that could not be used, looked at once more: what the robot's browser met, and what stands there now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from robot.diagnosis.probe import Probe, broken
from robot.diagnosis.probes.page import look_at_health, look_at_place
from robot.diagnosis.probes.portal import ask_portal
from robot.errors import SessionExpired

if TYPE_CHECKING:
    from robot.diagnosis.sightings import Sightings
    from robot.errors import PortalUnavailable
    from robot.settings import Settings

# Chrome's names of what went wrong (net/base/net_error_list.h), by what they begin with.
_NETWORK: Final = (
    ("ERR_NAME_", "portal_dns"),
    ("ERR_CERT_", "portal_tls"),
    ("ERR_SSL_", "portal_tls"),
    ("ERR_", "portal_refused"),
)


def look_at_portal(settings: Settings, error: PortalUnavailable, address: str, sightings: Sightings) -> list[Probe]:
    """The portal asked now, else what the browser met; and the page at `address`, where one has come (empty: no page)."""
    portal = ask_portal(settings).probe
    if portal.state != "broken":
        portal = _met(str(error.text.fills.get("why", "")), str(error.text.fills.get("address", ""))) or portal
    if isinstance(error, SessionExpired):
        return [portal, broken("page_signed_out")]
    if portal.state == "broken" or not address:
        return [portal]
    return [portal, look_at_place(address, settings), look_at_health(sightings)]


def _met(why: str, address: str) -> Probe | None:
    """What the browser met when it went to `address`, as the code it stands for; None where it says nothing of the portal."""
    if found := re.search(r"net::(ERR_\w+)", why):
        code = next(code for begin, code in _NETWORK if found[1].startswith(begin))
        return broken(code, host=urlsplit(address).hostname or address, why=found[1])
    if found := re.fullmatch(r"HTTP (\d{3})", why):
        return broken("portal_http", status=found[1], address=address)
    return None

"""The page: the portal's own, signed in where it must be, its scripts and requests in order."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from robot.diagnosis.probe import Probe, broken, ok

if TYPE_CHECKING:
    from robot.diagnosis.sightings import Sightings
    from robot.settings import Settings


def look_at_place(address: str, settings: Settings, *, logging_in: bool = False) -> Probe:
    """Whether the browser is on a page of the portal, and not on its log-in unless `logging_in`."""
    parts = urlsplit(address)
    if parts.scheme != "https" or parts.hostname not in settings.portal.hosts:
        return broken("page_wrong", address=f"{parts.scheme}://{parts.netloc}{parts.path}")
    log_in = urlsplit(urljoin(str(settings.portal.address), settings.portal.paths.login)).path
    if parts.path == log_in and not logging_in:
        return broken("page_signed_out")
    return ok("page", "page", address=f"{parts.netloc}{parts.path}")


def look_at_health(sightings: Sightings) -> Probe:
    """What failed within the page since it was loaded; a request that failed comes first, since scripts fail for want of it."""
    if sightings.failed_requests:
        address, why = sightings.failed_requests[0]
        return broken("page_request_failed", address=address, why=why)
    if sightings.script_errors:
        return broken("page_script_error", said=sightings.script_errors[0])
    return ok("page", "page_healthy")

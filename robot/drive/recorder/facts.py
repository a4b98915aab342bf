"""What a recording says beside the run itself: of the portal by the settings, and of what the books knew before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from robot.recording.model import Earlier, PortalFacts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from robot.ledger import Effect
    from robot.recording.exchanges import Exchange
    from robot.settings import Mail, Settings


BUILD: Final = re.compile(
    r"""(?:<meta\s+name="(?:app-)?(?:version|build)"\s+content=|\bng-version=)"(?P<build>[\w .+-]{1,60})\"""", re.IGNORECASE
)


def portal_build(exchanges: Iterable[Exchange]) -> str:
    """The build that a page of the portal names, in a `<meta>` or as Angular does; empty where none does."""
    pages = (each.body.decode("utf-8", "replace") for each in exchanges if each.kind == "document")
    return next((found["build"] for page in pages if (found := BUILD.search(page))), "")


def portal_facts(settings: Settings, mail: Mail) -> PortalFacts:
    """The portal and its mails; `mail` are the settings with the organisation's own over them."""
    portal = settings.portal
    return PortalFacts(
        address=str(portal.address),
        hosts=portal.hosts,
        refusals=portal.refusals,
        marked_fields=portal.marked_fields,
        paths=portal.paths,
        texts=portal.texts,
        senders=mail.senders,
        patterns=mail.patterns,
        verdict=mail.verdict,
    )


def earlier(effect: Effect, begun: datetime) -> Earlier:
    """An effect that stood in the books before the run that began at `begun` (UTC)."""
    return Earlier(
        kind=effect.kind,
        key=effect.key,
        state=effect.state,
        receipt={name: str(value) for name, value in effect.receipt.items()} if effect.receipt is not None else None,
        detail={name: str(value) for name, value in effect.detail.items()},
        before_s=max((begun - effect.intended).total_seconds(), 0),
    )

"""What a recording says beside the run itself: of the portal by the settings, and of what the books knew before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.recording.model import Earlier, PortalFacts

if TYPE_CHECKING:
    from datetime import datetime

    from robot.ledger import Effect
    from robot.settings import Mail, Settings


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

"""Which registration of an organisation counts: the newest, whatever its outcome."""

from __future__ import annotations

from robot.flow import Effect, Organisation, Session, UsageError


def registration_of(s: Session, org: Organisation) -> Effect:
    """The newest registration that the portal has taken or may have taken.

    Raises:
        UsageError: there is none.
    """
    newest = s.newest("registration", org.tax_code)
    if newest is None or newest.state == "refused":
        raise UsageError("nothing_to_activate", organisation=org.name)
    return newest


def activation_key(registration: Effect) -> str:
    """An activation belongs to one registration and happens once; the run keeps it apart from one in older books."""
    return f"{registration.key}/{registration.run}/{registration.attempt}"

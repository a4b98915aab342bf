"""The desk that a diagnosis looks at, of an organisation or of the machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.diagnosis.case import Case, stopped_tokens

if TYPE_CHECKING:
    from robot.drive.office import Office

NOBODYS = "doctor"  # the profile for a look without an organisation


def case_of(office: Office, key: str | None) -> Case:
    """The desk of an organisation, or of the machine alone.

    Raises:
        NameUnknown: no such organisation.
    """
    organisation = office.organisation(key) if key is not None else None
    profile = office.settings.home / "profiles" / (key or NOBODYS)
    return Case(office.settings, organisation, profile, stopped_tokens(office.ledger))

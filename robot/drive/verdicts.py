"""Fetching the portal's verdicts for one organisation or all, without a run: only mailboxes are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.errors import RobotError
from robot.flow.verdicts import SUBMISSION, Verdicts

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.ledger import Verdict


def fetch_verdicts(office: Office, organisation: str | None) -> tuple[list[Verdict], list[RobotError]]:
    """New verdicts, booked; and what went wrong with single mailboxes, where others were read all the same.

    Raises:
        NameUnknown: there is no such organisation.
        RobotError: the one organisation's mailbox cannot be read.
    """
    known = office.settings.organisations
    keys = [organisation] if organisation is not None else [key for key in known if office.ledger.taken(SUBMISSION, key)]
    found: list[Verdict] = []
    wrong: list[RobotError] = []
    for key in keys:
        verdicts = Verdicts(office.settings, office.ledger, office.vault, key, office.organisation(key))
        try:
            found += verdicts.fetch()
        except RobotError as error:
            if organisation is not None:
                raise
            wrong.append(error)
    return found, wrong

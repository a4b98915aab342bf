"""Fetching the portal's verdicts for one organisation or all, without a run: only mailboxes are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.errors import MailUnavailable, RobotError
from robot.flow.verdicts import SUBMISSION, Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from robot.drive.office import Office
    from robot.ledger import Verdict
    from robot.texts import Text


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


def fetch_in_turn(
    office: Office, organisations: Iterable[str], over: Callable[[], bool], say: Callable[[str, Text], object]
) -> int:
    """The verdicts of one organisation after the other, until `over` says so; how many are new.

    A mailbox that cannot be read is said, and is no reason to stop. All lie on one server: where that does not answer it is asked
    once, since its silence takes half a minute, and there may be hundreds of organisations.
    """
    new = 0
    for key in organisations:
        if over():
            break
        try:
            found, _ = fetch_verdicts(office, key)
        except RobotError as wrong:
            say(key, wrong.text)
            if isinstance(wrong, MailUnavailable) and office.settings.mail.kind == "imap":
                break
            continue
        new += len(found)
    return new

"""The outbox: dossiers that people put into a folder are claimed, checked, planned; afterwards they lie in archive or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.drive.outbox.outbox import Outbox
from robot.drive.outbox.taken import Taken

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.ledger.item import Item

__all__ = ["Outbox", "Taken", "archive", "take_in"]


def take_in(office: Office, organisation: str) -> list[Taken]:
    """Take in what lies in one organisation's outbox, waiting once for files to keep still; see `Outbox.take_in`."""
    outbox = Outbox(office)
    outbox.wait([organisation])
    return outbox.take_in(organisation)


def archive(office: Office, item: Item) -> Item:
    """Move the file of an accepted dossier of the outbox into the archive: nothing is left to do for it then."""
    return Outbox(office).archive(item)

"""What is done after a dossier's run has ended with an error: decided by the error and by how far the dossier had come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from robot.errors import (
    Cancelled,
    ChainBroken,
    OutcomeUnknown,
    PortalUnavailable,
    Refused,
    SessionExpired,
    UsageError,
    Waiting,
)
from robot.ledger.item import BEFORE_INTENT

if TYPE_CHECKING:
    from robot.errors import RobotError
    from robot.ledger.item import ItemState

# The books or the disk fail: no further dossier would fare better, and nothing can be written about this one.
_OURS = ("errors.ledger_unreadable", "errors.file_unwritable")


@dataclass(frozen=True)
class Decision:
    """What becomes of the dossier, where the run still has it, and of the session in which more of them wait.

    `leave`: the books say it already. `postpone`: it may be begun again, `later` not before a pause. `log_in`: the portal has
    signed us out. `portal_down`: one more failure of the portal's own.
    """

    item: Literal["leave", "refuse", "hold", "postpone"] = "leave"
    session: Literal["on", "log_in", "stop"] = "on"
    later: bool = False
    portal_down: bool = False


def decide(error: RobotError | None, phase: ItemState | None) -> Decision:  # noqa: PLR0911 - a table, read from top to bottom
    """The decision; `phase` is the state of the dossier that the run still has for itself, None where it has none any more.

    After the intent nothing is decided here: the protocol has booked what is known, and only a look-up goes on from there.
    """
    free = phase in BEFORE_INTENT
    if error is None:
        return Decision()
    if isinstance(error, OutcomeUnknown):
        return Decision(portal_down=isinstance(error.__cause__, PortalUnavailable))
    if isinstance(error, SessionExpired):
        return Decision("postpone" if free else "leave", "log_in")
    if isinstance(error, PortalUnavailable):
        return Decision("postpone" if free else "leave", later=True, portal_down=True)
    if isinstance(error, (ChainBroken, Waiting)) or error.text.key in _OURS:
        return Decision("postpone" if free else "leave", "stop")
    if isinstance(error, Cancelled):
        return Decision("postpone" if free else "leave")
    if isinstance(error, Refused):
        return Decision("refuse" if free else "leave")
    # A file that is gone or changed, or a fault of ours: a person looks at this one, the others go on.
    wrong_file = isinstance(error, UsageError) and phase is None
    return Decision("hold" if free or wrong_file else "leave")

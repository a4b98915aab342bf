"""Making the changes and taking them back, each written into the journal before it is acted upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from loguru import logger

from robot.errors import SetupFailed
from robot.setup.change import ChangedSince, ChangeFailed
from robot.setup.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from robot.setup.change import Change
    from robot.setup.journal import Journal
    from robot.texts import Text

Told: TypeAlias = "Callable[[Change], None]"


def _silent(change: Change) -> None:
    del change


def apply(changes: Iterable[Change], journal: Journal, machine: Machine | None = None, told: Told = _silent) -> None:
    """Make the changes in order; `told` hears of each once it stands. The first that fails ends it.

    Raises:
        SetupFailed: a change could not be made; `undo` takes back those before it and what there is of this one.
    """
    machine = machine or Machine.here()
    for change in changes:
        try:
            number = journal.begin(change, change.before(machine))
            change.make(machine)
            journal.made(number)
        except (ChangeFailed, OSError) as wrong:
            raise SetupFailed("setup_failed", what=change.text, why=wrong) from wrong
        logger.bind(action="setup.made").info(change.text.say("en"))
        told(change)


def undo(journal: Journal, machine: Machine | None = None, told: Told = _silent) -> None:
    """Take back what the journal holds, the last first; what cannot be taken back stays in the journal.

    Raises:
        SetupFailed: something was left as it is, because somebody has changed it since or the system did not allow it.
    """
    machine = machine or Machine.here()
    left: list[tuple[Text, Exception]] = []
    for entry in reversed(journal.entries()):
        try:
            entry.change.take_back(machine, entry.before)
            journal.undone(entry.number)
        except (ChangedSince, ChangeFailed, OSError) as wrong:
            left.append((entry.change.text, wrong))
            continue
        logger.bind(action="setup.undone").info(entry.change.text.say("en"))
        told(entry.change)
    if left:
        what, why = left[0]
        key = "setup_changed_since" if isinstance(why, ChangedSince) else "setup_not_undone"
        raise SetupFailed(key, what=what, why=why, number=len(left)) from why

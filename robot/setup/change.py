"""Changes to a machine: each can say what it would do, see what stands there before, be made, and be taken back.

A change is written into the journal as it is, with what stood there before; taking back needs nothing else. Where somebody
has changed the place since, it is left alone.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from robot.setup.machine import Machine
    from robot.texts import Text

Before = dict[str, Any]


class _Told(Exception):  # noqa: N818 - the name says what happened, as in robot.errors
    def __init__(self, *words: object) -> None:
        super().__init__(": ".join(map(str, words)))


class ChangedSince(_Told):
    """What stands there now is neither what was written nor what stood there before."""


class ChangeFailed(_Told):
    """The change was not made, or not taken back; the message says why."""


class Change(Protocol):
    """One change to a machine."""

    kind: ClassVar[str]

    @property
    def text(self) -> Text:
        """What it writes, for a person."""

    def before(self, machine: Machine) -> Before:
        """What stands there now, as JSON can hold it."""

    def make(self, machine: Machine) -> None:
        """Make it; raises ChangeFailed."""

    def take_back(self, machine: Machine, before: Before) -> None:
        """Restore `before`, also where it was made by half or not at all; raises ChangedSince or ChangeFailed."""


def described(change: Change) -> dict[str, Any]:
    """The change as the journal holds it and `--json` prints it."""
    return {"kind": change.kind, **asdict(change)}  # type: ignore[call-overload]  # every kind is a dataclass

"""What a flow looks for on a page, and what it may try when it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from robot.diagnosis import Finding
    from robot.errors import Refused


@dataclass(frozen=True)
class Sight:
    """Something that proves a step when it is seen: the dialog of success, a receipt, the account's menu."""

    name: str
    locator: Locator
    settle: Callable[[], Locator] | None = None
    """The one element among what `locator` finds, once something is seen; None where `locator` is that element."""

    def met(self) -> Locator:
        """It was seen: the element itself.

        Raises:
            PageUnexpected: which element it is cannot be told.
        """
        return self.locator if self.settle is None else self.settle()


class Form(Protocol):
    """A form that a flow expects to appear, such as the list of certificates."""

    @property
    def sight(self) -> Sight:
        """What is seen when the form is there."""


@dataclass(frozen=True)
class Remedy:
    """A known remedy that is harmless to try once when a form is absent."""

    name: str
    """The step's name under which it is tried."""
    apply: Callable[[], None]
    proves: Finding
    """The finding when the form appears after it."""
    cures: type[Refused] | None = None
    """A refusal in words that the same remedy answers."""

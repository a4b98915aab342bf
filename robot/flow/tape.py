"""What goes along with a run and neither helps nor hinders it: nothing, a recorder, or the player of a recording.

A recorder listens at each of these places; a player answers at some of them in place of a person, the mailbox and the chain.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from robot.clock import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from playwright.sync_api import BrowserContext, Page

    from robot.diagnosis import Finding
    from robot.mail import Letter


class Look(Protocol):
    """The window of a run: its page may be asked for where it is open, which starts no browser then."""

    @property
    def page(self) -> Page:
        """The page; the first look starts the browser."""

    @property
    def is_open(self) -> bool:
        """Whether a browser runs."""


class Tape(Protocol):
    """The places of a run at which something may listen, or answer."""

    def launched(self, context: BrowserContext) -> None:
        """A browser runs, and nothing has been opened in it yet."""

    def step(self, name: str, look: Look) -> contextlib.AbstractContextManager[None]:
        """What goes on within a step; an error goes through it unchanged."""

    def effect(self, kind: str, key: str, look: Look) -> None:
        """Something is about to be sent that cannot be taken back: the intent is not in the books yet.

        Raises:
            RobotError: it must not be sent (the page is not what was recorded).
        """

    def answer(self, kind: str) -> str | None:
        """The answer to a question of this kind, in place of a person; None where a person is to be asked."""

    def answered(self, kind: str, answer: str) -> None:
        """A person has answered."""

    def letters(self, letters: Sequence[Letter]) -> None:
        """The mailbox was read, and these letters were in it."""

    def waits(self, seconds: float, look: Look) -> Iterator[float]:
        """The wait for something on the page, in parts of so many seconds; nobody waits on once it is there."""

    def finding(self) -> Finding | None:
        """What was found about an absent form, in place of a look along the chain; None where the chain is to be looked at."""

    def found(self, finding: Finding) -> None:
        """A form was absent, and this was found."""

    def today(self) -> date:
        """The day it is in Vietnam for this run."""


class NoTape:
    """Nothing goes along."""

    def launched(self, context: BrowserContext) -> None:
        """Nothing listens."""

    @contextlib.contextmanager
    def step(self, name: str, look: Look) -> Iterator[None]:  # noqa: ARG002 - the seam's signature
        """Nothing listens."""
        yield

    def effect(self, kind: str, key: str, look: Look) -> None:
        """Nothing stands against it."""

    def answer(self, kind: str) -> str | None:  # noqa: ARG002 - the seam's signature
        """A person is asked."""
        return None

    def answered(self, kind: str, answer: str) -> None:
        """Nothing listens."""

    def letters(self, letters: Sequence[Letter]) -> None:
        """Nothing listens."""

    def waits(self, seconds: float, look: Look) -> Iterator[float]:  # noqa: ARG002 - the seam's signature
        """The wait is one."""
        yield seconds

    def finding(self) -> Finding | None:
        """The chain is looked at."""
        return None

    def found(self, finding: Finding) -> None:
        """Nothing listens."""

    def today(self) -> date:
        """It is the day it is."""
        return datetime.now(VIETNAM).date()

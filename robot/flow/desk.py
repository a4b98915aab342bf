"""What lies on the desk of a session: the rooms below, handed over by whoever drives the flow."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from robot.browser.launch import NO_EXTRAS
from robot.errors import Cancelled
from robot.flow.tape import NoTape
from robot.telemetry import NoTraces, Traces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from robot.browser.launch import Extras
    from robot.diagnosis import Finding
    from robot.evidence import RunFolder
    from robot.flow.tape import Tape
    from robot.ledger import Ledger
    from robot.redaction import Redactor
    from robot.settings import Settings
    from robot.texts import Text
    from robot.vault import Vault


class Progress(Protocol):
    """Who hears how a run goes on, while it goes on."""

    def step_begun(self, name: str) -> None:
        """A step begins."""

    def step_ended(self, name: str, seconds: float, *, done: bool) -> None:
        """A step ends."""

    def say(self, text: Text) -> None:
        """A sentence between steps."""

    def prompt(self, text: Text, over: Callable[[], bool] | None = None) -> str | None:
        """Ask whoever sits there; None where nobody does, or `over` says that there is no more need of an answer."""

    def secret(self, text: Text) -> str | None:
        """Ask for something that must not be seen while it is typed; None where nobody sits there."""


class Signing(Protocol):
    """Whatever signs in a run, made ready before each browser and put away after it."""

    def open(self, profile: Path) -> Path | None:
        """Make ready for a browser on this profile; the program its native host's manifest names, None to write none."""

    def close(self) -> None:
        """The browser has gone."""

    def trouble(self) -> Text | None:
        """What went wrong between the signer and its token; None where nothing did."""


class Cancel:
    """A request to stop; the one place that waits without a browser waits here."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.alive: Callable[[], object] = lambda: None
        """Called whenever the run comes by here, between steps and while it waits: what it has for itself is kept."""

    def ask(self) -> None:
        """Ask the run to stop; safe within a signal handler."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            Cancelled: as soon as somebody asks.
        """
        self.alive()
        if self._asked.wait(seconds):
            raise Cancelled("cancelled")


@dataclass(frozen=True)
class Desk:
    """The rooms a session joins."""

    settings: Settings
    ledger: Ledger
    vault: Vault
    redactor: Redactor
    folder: RunFolder
    progress: Progress
    signing: Signing
    headed: bool = False
    cancel: Cancel = field(default_factory=Cancel)
    held_back: Callable[[], Finding | None] = lambda: None
    """What keeps a form from being asked for, as it was seen before the start; None where nothing does."""
    tell: Callable[[int], object] = lambda question: None  # noqa: ARG005 - the parameter's name is the seam's
    """Tells people of a question, by its number in the books, before the run waits for its answer."""
    tape: Tape = field(default_factory=NoTape)
    """A recorder, or the player of a recording; neither in an ordinary run."""
    extras: Extras = NO_EXTRAS
    """What a test runner wants of the browser; nothing in an ordinary run."""
    telemetry: Traces = field(default_factory=NoTraces)
    """Who is told of steps beside the books; nobody, unless the settings name a collector."""

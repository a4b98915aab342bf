"""The places at which a trace of the work may be kept, and the one that keeps none."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Traces(Protocol):
    """Who is told of nights, runs and steps. Nothing here raises, and nothing but `close` takes time.

    What is handed over here is all that is ever told: numbers, names of flows and steps, the organisation's key, outcomes and
    codes of findings. There is no way in for a sentence, a value of a form or the name of a file.
    """

    def within(self, parent: str | None) -> None:
        """What begins from now on belongs to a night of another process, by the W3C `traceparent` that `night_begun` gave."""

    def night_begun(self, night: int) -> str | None:
        """A night begins; its `traceparent` for the processes of its lanes, None where no trace is kept."""

    def night_ended(self, outcome: str) -> None:
        """It has ended."""

    def run_begun(self, run: str, flow: str, organisation: str) -> None:
        """A run begins: its number, the flow's name, the organisation's key."""

    def step(self, run: str, name: str) -> AbstractContextManager[None]:
        """What goes on within a step; an error goes through it unchanged."""

    def run_ended(self, run: str, outcome: str, finding: str | None) -> None:
        """It has ended; `finding` is the code of what was found, if something was."""

    def close(self) -> None:
        """Send what was not sent yet, within the time that the settings give."""


class NoTraces:
    """Nothing is kept."""

    def within(self, parent: str | None) -> None:
        """Nothing."""

    def night_begun(self, night: int) -> str | None:  # noqa: ARG002 - the seam's signature
        """Nothing is handed on."""
        return None

    def night_ended(self, outcome: str) -> None:
        """Nothing."""

    def run_begun(self, run: str, flow: str, organisation: str) -> None:
        """Nothing."""

    def step(self, run: str, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the seam's signature
        """Nothing."""
        return contextlib.nullcontext()

    def run_ended(self, run: str, outcome: str, finding: str | None) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

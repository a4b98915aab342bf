"""A `Progress` where nobody sits: nothing is said, and nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.texts import Text


class Quiet:
    """A `Progress` that says nothing and has no answer."""

    def step_begun(self, name: str) -> None:
        """Nobody hears."""

    def step_ended(self, name: str, seconds: float, *, done: bool) -> None:
        """Nobody hears."""

    def say(self, text: Text) -> None:
        """Nobody hears."""

    def prompt(self, text: Text, over: Callable[[], bool] | None = None) -> str | None:  # noqa: ARG002 - the seam's signature
        """Nobody is there."""
        return None

    def secret(self, text: Text) -> str | None:  # noqa: ARG002 - the seam's signature
        """Nobody is there."""
        return None

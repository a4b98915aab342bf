"""Whoever hears of a replay's steps, and what is kept of it: nobody and nothing. There is no person to ask, and none is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.evidence import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

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


class WithoutPictures(RunFolder):
    """Evidence that goes with the replay, so that no time is spent on drawing it."""

    def screenshot(self, page: Page, name: str, *, whole: bool = False) -> Path | None:  # noqa: ARG002 - the base's signature
        """No picture; the question's own, which a person would be shown, is drawn all the same."""
        return None

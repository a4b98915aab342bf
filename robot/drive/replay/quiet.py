"""What is kept of a replay: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.evidence import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


class WithoutPictures(RunFolder):
    """Evidence that goes with the replay, so that no time is spent on drawing it."""

    def screenshot(self, page: Page, name: str, *, whole: bool = False) -> Path | None:  # noqa: ARG002 - the base's signature
        """No picture; the question's own, which a person would be shown, is drawn all the same."""
        return None

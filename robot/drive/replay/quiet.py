"""What is kept of a replay: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot.evidence import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page


class WithoutEvidence(RunFolder):
    """Evidence that goes with the replay, so that no time is spent on drawing and writing it."""

    def screenshot(self, page: Page, name: str, *, whole: bool = False) -> Path | None:  # noqa: ARG002 - the base's signature
        """No picture."""
        return None

    def question(self, picture: Locator, name: str) -> Path:
        """No picture for a person, who is not asked; that there is something to be seen is waited for all the same."""
        picture.wait_for()
        return self.folder / name

    def note(self, stream: str, **facts: Any) -> None:
        """No line: nobody reads it."""

"""A browser without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from robot.texts import Text


class WithoutToken:
    """What stands for a browser's signing where nothing is signed, or where the token is taken apart from it, later."""

    def open(self, _profile: Path) -> Path | None:
        """Nothing stands ready yet; the manifest is written when something does."""
        return None

    def close(self) -> None:
        """Nothing to put away."""

    def trouble(self) -> Text | None:
        """Nothing can be wrong with what is not there."""
        return None

"""The settings of a machine that replays recordings of the world: its browser, and the world's extension."""

from pathlib import Path

from fixtures.extension import EXTENSION_ID, copy_to
from robot.settings import Settings


def machine(folder: Path) -> Settings:
    """Such settings, with a copy of the extension in `folder`; nothing of a world is needed, nor meant to be there."""
    return Settings.model_validate({"browser": {"extension_dir": copy_to(folder), "extension_id": EXTENSION_ID}})

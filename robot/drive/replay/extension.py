"""The extension of a replay: the real one, unpacked, and the one that was recorded or that the settings name."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from typing import TYPE_CHECKING

from robot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.recording.model import Frame, Recording
    from robot.settings import Settings

_LETTERS = "abcdefghijklmnop"


def with_extension(machine: Settings, recording: Recording, frames: Sequence[Frame]) -> Settings:
    """The settings with the id of the extension that the browser will load.

    Raises:
        UsageError: `replay_extension_needed`: none is named, and the recording has frames; `replay_extension_other`.
    """
    folder = machine.browser.extension_dir
    if folder is None:
        if frames:
            raise UsageError("replay_extension_needed", extension=recording.extension_id)
        return machine
    found = extension_id(folder)
    if found not in {recording.extension_id, machine.browser.extension_id}:
        raise UsageError("replay_extension_other", folder=folder, found=found, extension=recording.extension_id)
    return machine.model_copy(update={"browser": machine.browser.model_copy(update={"extension_id": found})})


def extension_id(folder: Path) -> str:
    """The id that Chrome gives an unpacked extension: from its manifest's key, or from its folder's path.

    The first 16 bytes of the SHA-256, each half of a byte a letter from a to p (Chrome's own way).

    Raises:
        UsageError: `extension_dir_absent`.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        key = manifest.get("key")
        seed = b64decode(key) if key else str(folder.resolve()).encode()
    except (OSError, ValueError, AttributeError) as wrong:
        raise UsageError("extension_dir_absent", folder=folder) from wrong
    return "".join(_LETTERS[int(half, 16)] for half in hashlib.sha256(seed).hexdigest()[:32])

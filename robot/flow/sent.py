"""Copies of the dossiers that were sent, by their digest: what a corrected one is compared with."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from robot import private
from robot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from robot.dossier import DossierHead


def sent_copy(home: Path, sha256: str) -> Path:
    """Where the copy of the dossier with this digest lies, if one was kept."""
    return home / "sent" / sha256


def keep_sent(home: Path, dossier: DossierHead) -> None:
    """Copy the dossier's bytes as they are, for their owner's eyes only.

    Raises:
        UsageError: `dossier_changed`: the file is not what was read a moment ago; `file_unwritable`.
    """
    place = sent_copy(home, dossier.sha256)
    try:
        held = dossier.file.read_bytes()
        if hashlib.sha256(held).hexdigest() != dossier.sha256:
            raise UsageError("dossier_changed", file=dossier.file)
        if place.exists():
            return
        private.make_folder(place.parent)
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        with open(draft, "wb", opener=private.opener) as opened:
            opened.write(held)
        draft.replace(place)
    except OSError as wrong:
        raise UsageError("file_unwritable", file=place, why=wrong) from wrong

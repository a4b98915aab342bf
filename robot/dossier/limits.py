"""How much a dossier may be, and reading no more of a file than that."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The portal takes files of 20 MB; the rest keeps a made-up file from filling the memory (300 MB are never passed).

    `elements` counts those of one document, `depth` how deep they stand in one another. `ratio` is how far a zip's entry may be
    packed once it is larger than a megabyte: forms of ten thousand rows come to about 25.
    """

    file_mb: int = 20
    unpacked_mb: int = 100
    ratio: int = 100
    entries: int = 100
    elements: int = 400_000
    attributes: int = 10_000
    depth: int = 50


LIMITS = Limits()
# A check makes trees and canonical forms, some seven times the document; an upload's head makes none.
CHECK_LIMITS = Limits(unpacked_mb=40)


def read_bytes(file: Path, limit_mb: int = LIMITS.file_mb) -> bytes:
    """The file's bytes; its size is asked first, and checked again by reading one byte more than may be there.

    Raises:
        DossierUnreadable: `dossier_absent`, `_empty`, `_too_large` (nothing of it is read), `_unreadable`.
    """
    try:
        facts = file.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DossierUnreadable("dossier_absent", file=file)
        held = b""
        size = facts.st_size
        if size <= limit_mb * MEGABYTE:
            with file.open("rb") as opened:
                held = opened.read(limit_mb * MEGABYTE + 1)
            size = len(held)
    except (FileNotFoundError, NotADirectoryError) as wrong:
        raise DossierUnreadable("dossier_absent", file=file) from wrong
    except (OSError, ValueError) as wrong:  # ValueError: a NUL in the name
        raise DossierUnreadable("dossier_unreadable", file=file, why=wrong) from wrong
    if size > limit_mb * MEGABYTE:
        raise DossierUnreadable("dossier_too_large", file=file, size_mb=-(-size // MEGABYTE), limit_mb=limit_mb)
    if not held:
        raise DossierUnreadable("dossier_empty", file=file)
    return held

"""The one XML file in a zip, read in memory and measured as it comes: nothing is ever unpacked to a disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from robot.dossier.limits import LIMITS, MEGABYTE, Limits
from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from pathlib import Path

ZIP = b"PK\x03\x04"
CONTAINER_NAME = "BHXHDienTu.xml"
_ENTRY = b"PK\x01\x02"  # begins each line of a zip's table of contents
_ENCRYPTED = 0x1
_PIECE = 256 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, IndexError)


def unpacked(file: Path, held: bytes, limits: Limits = LIMITS) -> tuple[str, bytes]:
    """Name and bytes of the dossier in the zip `held`: `BHXHDienTu.xml`, or the only XML file there is.

    Raises:
        DossierUnreadable: `dossier_zip_broken`, `_zip_entries`, `_zip_path` (a name that leads out, or a link), `_zip_which`,
            `_zip_locked`, `_zip_bomb`, `_empty`.
    """
    # The table is counted before zipfile makes an object of each of its lines.
    if held.count(_ENTRY) > limits.entries:
        raise DossierUnreadable("dossier_zip_entries", file=file, limit=limits.entries)
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            chosen = _chosen(file, archive.infolist(), limits)
            return chosen.filename, _read(file, archive, chosen, limits)
    except _BROKEN as wrong:
        raise DossierUnreadable("dossier_zip_broken", file=file, why=type(wrong).__name__) from wrong


def _chosen(file: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> zipfile.ZipInfo:
    for entry in entries:
        if _leads_out(entry):
            raise DossierUnreadable("dossier_zip_path", file=file, name=ascii(entry.filename)[1:101])
    if sum(entry.file_size for entry in entries) > limits.unpacked_mb * MEGABYTE:
        raise DossierUnreadable("dossier_zip_bomb", file=file, limit_mb=limits.unpacked_mb)
    documents = [entry for entry in entries if entry.filename.lower().endswith(".xml")]
    named = [entry for entry in documents if PurePosixPath(entry.filename).name.lower() == CONTAINER_NAME.lower()]
    found = named or documents
    if len(found) != 1:
        raise DossierUnreadable("dossier_zip_which", file=file, number=len(found))
    if found[0].flag_bits & _ENCRYPTED:
        raise DossierUnreadable("dossier_zip_locked", file=file)
    return found[0]


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry is a link, or its name would leave the folder it is unpacked to, on any system."""
    name = entry.orig_filename  # zipfile cuts a name at a NUL
    windows = PureWindowsPath(name)
    odd = "\0" in name or "\\" in name or name.startswith("/") or bool(windows.drive) or ".." in windows.parts
    return odd or stat.S_ISLNK(entry.external_attr >> 16)


def _read(file: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> bytes:
    """The entry's bytes; what it says of its size is not believed."""
    most = limits.unpacked_mb * MEGABYTE
    if entry.file_size > MEGABYTE:
        most = min(most, max(entry.compress_size, 1) * limits.ratio)
    pieces = bytearray()
    with archive.open(entry) as opened:
        while piece := opened.read(_PIECE):
            pieces += piece
            if len(pieces) > most:
                raise DossierUnreadable("dossier_zip_bomb", file=file, limit_mb=limits.unpacked_mb)
    if not pieces:
        raise DossierUnreadable("dossier_empty", file=file)
    return bytes(pieces)

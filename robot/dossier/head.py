"""The head of a dossier's container, `BHXHDienTu.xml`: whose it is, which procedure, which period.

The container is signed, so it is read and never written again: one changed byte breaks the signature. Entities, document
types and the network are off, and a file is measured before it is opened.
"""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot import identifiers
from robot.dossier.container import NotAContainer, read_fields
from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1024 * 1024
ROOT = "Hoso"
_ZIP = b"PK\x03\x04"
_MONTH = re.compile(r"(?:0[1-9]|1[0-2])/[0-9]{4}")
_CODE = re.compile(r"[0-9A-Za-z.\-]{1,20}")
# The container's own names for what the head tells.
_TAX_CODE = "NoiDung/ThongTinDonVi/MaSoThue"
_UNIT_CODE = "NoiDung/ThongTinDonVi/MaSoBHXH"
_AGENCY = "NoiDung/ThongTinDonVi/CoQuanQuanLy"
_PROCEDURE = "NoiDung/ThongTinHoSo/MaThuTuc"
_PERIOD = "NoiDung/ThongTinHoSo/KyKeKhai"
_PATHS = (_TAX_CODE, _UNIT_CODE, _AGENCY, _PROCEDURE, _PERIOD)


@dataclass(frozen=True)
class DossierHead:
    """What a dossier says about itself, and the digest of the very bytes that will be sent.

    `size` in bytes; `sha256` in hexadecimal; `tax_code` as `robot.identifiers.tax_code` writes it; `unit_code` (MaSoBHXH);
    `procedure` (MaThuTuc), such as 600; `period` (KyKeKhai) MM/yyyy; `agency` (CoQuanQuanLy), empty where it is not named.
    """

    file: Path
    size: int
    sha256: str
    tax_code: str
    unit_code: str
    procedure: str
    period: str
    agency: str

    def business_key(self, round_number: int) -> str:
        """Unit, procedure, period and round ("đợt", 1 to 99): what makes two files the same matter at the VSS."""
        return f"{self.unit_code}/{self.procedure}/{self.period}/{round_number:02d}"

    def check_belongs_to(self, organisation: str, tax_code: str) -> None:
        """See that the dossier is this organisation's.

        Raises:
            DossierUnreadable: it names another tax code.
        """
        if not identifiers.same_tax_code(self.tax_code, tax_code):
            raise DossierUnreadable(
                "dossier_other_organisation",
                file=self.file,
                found=self.tax_code,
                expected=tax_code,
                organisation=organisation,
            )


def read_head(file: Path, limit_mb: int = 20) -> DossierHead:
    """The head of the dossier in `file`.

    Raises:
        DossierUnreadable: `dossier_absent`, `_empty`, `_too_large` (over `limit_mb`; nothing of it is read), `_unreadable`,
            `_zip`, `_not_xml`, `_no_field`, `_field_wrong`.
    """
    held = _bytes(file, limit_mb)
    if held.startswith(_ZIP):
        raise DossierUnreadable("dossier_zip", file=file)
    try:
        fields = read_fields(held, ROOT, _PATHS)
    except NotAContainer as wrong:
        raise DossierUnreadable("dossier_not_xml", file=file, why=_short(str(wrong))) from wrong

    def needed(path: str) -> str:
        value = fields[path]
        if not value:
            raise DossierUnreadable("dossier_no_field", file=file, field=path.rpartition("/")[2])
        return value

    def fitting(path: str, shape: re.Pattern[str]) -> str:
        value = needed(path)
        if not shape.fullmatch(value):
            raise DossierUnreadable("dossier_field_wrong", file=file, field=path.rpartition("/")[2], found=_short(value))
        return value

    written = needed(_TAX_CODE)
    try:
        tax_code = identifiers.tax_code(written)
    except ValueError as wrong:
        raise DossierUnreadable("dossier_field_wrong", file=file, field="MaSoThue", found=_short(written)) from wrong
    return DossierHead(
        file=file,
        size=len(held),
        sha256=hashlib.sha256(held).hexdigest(),
        tax_code=tax_code,
        unit_code=fitting(_UNIT_CODE, _CODE),
        procedure=fitting(_PROCEDURE, _CODE),
        period=fitting(_PERIOD, _MONTH),
        agency=_short(fields[_AGENCY]),
    )


def _bytes(file: Path, limit_mb: int) -> bytes:
    """The file's bytes; its size is asked first, and checked again by reading one byte more than may be there."""
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


def _short(text: str) -> str:
    """At most 200 characters of what a file holds, for a sentence on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:199] + "…"  # noqa: PLR2004 - the length the docstring names

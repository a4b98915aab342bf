"""The head of a dossier's container, `BHXHDienTu.xml`: whose it is, which procedure, which period.

The container is signed, so it is read and never written again: one changed byte breaks the signature. Entities, document
types and the network are off, and a file is measured before it is opened.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot import identifiers
from robot.dossier.archive import ZIP, unpacked
from robot.dossier.container import NotAContainer, read_fields
from robot.dossier.limits import LIMITS, read_bytes
from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "Hoso"
# Roots of inner forms: signed and well, but no dossier without the container around them.
FORM_ROOTS = ("D02-TS", "TK1-TS", "D01-TS", "D03-TS", "D05-TS", "TK3-TS", "M01B-HSB", "M05A-HSB")
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


def read_head(file: Path, limit_mb: int = LIMITS.file_mb) -> DossierHead:
    """The head of the dossier in `file`: a container, or a zip of one (size and digest are the zip's own).

    Raises:
        DossierUnreadable: `dossier_absent`, `_empty`, `_too_large` (over `limit_mb`; nothing of it is read), `_unreadable`,
            `_zip_…` (see `archive`), `_single_form`, `_not_xml`, `_no_field`, `_field_wrong`.
    """
    held = read_bytes(file, limit_mb)
    document = unpacked(file, held)[1] if held.startswith(ZIP) else held
    try:
        fields = read_fields(document, ROOT, _PATHS)
    except NotAContainer as wrong:
        form = str(wrong).strip("<>")
        if form in FORM_ROOTS:
            raise DossierUnreadable("dossier_single_form", file=file, form=form) from wrong
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


def _short(text: str) -> str:
    """At most 200 characters of what a file holds, for a sentence on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:199] + "…"  # noqa: PLR2004 - the length the docstring names

"""Checks the container: its own fields, whose it is, its procedure's forms, and every file it declares."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from robot.clock import VIETNAM
from robot.dossier.fields import check_fields, made_ready
from robot.dossier.guarded import BOM
from robot.dossier.model import ATTACHMENT
from robot.dossier.values import date, month
from robot.identifiers import same_tax_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from robot.dossier.check import Owner
    from robot.dossier.findings import Place
    from robot.dossier.model import Declared, Dossier
    from robot.dossier.rules import ContainerRules, FieldRule, Rules

# First bytes of what an attachment says it is.
_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".png": (b"\x89PNG",),
    ".jpg": (b"\xff\xd8",),
}


def check_container(place: Place, dossier: Dossier, rules: Rules, owner: Owner | None, now: datetime) -> None:
    """Note what is wrong with the container."""
    container = rules.container
    named = {rule.name: rule for rule in (*container.fields, *container.file)}
    if dossier.raw.startswith(BOM):
        place.broken("bom", "Hoso")
    check_fields(place, made_ready(container.fields), dossier.fields, dossier.twice)
    _days(place, dossier, named, now)
    if owner:
        _belongs(place, dossier, named, owner)
    count = dossier.fields.get("SoLuongFile", "")
    if not dossier.declared:
        place.broken("no_files", named["SoLuongFile"], count)
    elif count.isdecimal() and int(count[:9]) != len(dossier.declared):
        place.broken("count", named["SoLuongFile"], count, held=len(dossier.declared))
    for file in dossier.declared:
        _check_file(place, file, container, named)
    _procedure(place, dossier, rules, named)


def _days(place: Place, dossier: Dossier, named: Mapping[str, FieldRule], now: datetime) -> None:
    """Made on a day that has come; for a month not beyond the next."""
    today = now.astimezone(VIETNAM)
    made = date(dossier.fields.get("NgayLap", ""))
    if made and made.date() > today.date():
        place.broken("in_future", named["NgayLap"], dossier.fields["NgayLap"], guess=True)
    period = month(dossier.period)
    ahead = today + timedelta(days=31)
    if period and period > (ahead.year, ahead.month):
        place.broken("in_future", named["KyKeKhai"], dossier.period, guess=True)


def _belongs(place: Place, dossier: Dossier, named: Mapping[str, FieldRule], owner: Owner) -> None:
    if dossier.tax_code and not same_tax_code(dossier.tax_code, owner.tax_code):
        rule = named["MaSoThue"]
        place.broken("other_organisation", rule, dossier.tax_code, expected=owner.tax_code, organisation=owner.key)
    for name, expected in (("MaSoBHXH", owner.unit_code), ("CoQuanQuanLy", owner.agency_code)):
        value = dossier.fields.get(name, "")
        if value and expected and value != expected:
            # The unit code names the employer to the VSS; whether CoQuanQuanLy must be the agency's code is not known.
            guess = name == "CoQuanQuanLy"
            place.broken("other_code", named[name], value, guess=guess, expected=expected, organisation=owner.key)


def _check_file(place: Place, file: Declared, container: ContainerRules, named: Mapping[str, FieldRule]) -> None:
    """One FileToKhai; faults stand at the row of its number."""
    row, kind = file.number, file.fields.get("LoaiFile", "")
    content = {"NoiDungFile": "x"} if file.length and file.raw != b"" else {}  # the content has checks of its own
    check_fields(place, made_ready(container.file), {**file.fields, **content}, file.twice, row)
    declared = file.fields.get("DoDaiFile", "")
    if declared.isdecimal() and int(declared[:9]) != file.length:
        place.broken("declared_length", named["DoDaiFile"], declared, row=row, length=file.length)
    if file.raw is None:
        place.broken("base64", named["NoiDungFile"], row=row, file_name=file.file_name)
    name = PurePath(file.file_name)
    if any(sign in file.file_name for sign in "/\\:\0") or file.file_name in {".", ".."}:
        place.broken("file_path", named["TenFile"], file.file_name, row=row)
    elif file.file_name and kind and name.suffix.lower() != kind.lower():
        place.broken("file_kind", named["LoaiFile"], kind, row=row, suffix=name.suffix)
    elif file.is_form and file.code and file.file_name and name.stem.removesuffix(container.form_suffix) != file.code:
        place.broken("file_code", named["MaToKhai"], file.code, row=row, file_name=file.file_name)
    elif not file.is_form:
        _attachment(place, file, container, named)


def _attachment(place: Place, file: Declared, container: ContainerRules, named: Mapping[str, FieldRule]) -> None:
    kind = PurePath(file.file_name).suffix.lower()
    if file.code and file.code != ATTACHMENT:
        place.broken("attachment_code", named["MaToKhai"], file.code, row=file.number, code=ATTACHMENT)
    if file.file_name and kind not in container.attachment_kinds:
        known = " ".join(container.attachment_kinds)
        place.broken("attachment_kind", named["LoaiFile"], kind, row=file.number, guess=True, known=known)
    begins = _BEGINNINGS.get(kind)
    if file.raw and begins and not file.raw.startswith(begins):
        place.broken("attachment_content", named["NoiDungFile"], row=file.number, guess=True, file_name=file.file_name, kind=kind)


def _procedure(place: Place, dossier: Dossier, rules: Rules, named: Mapping[str, FieldRule]) -> None:
    """The forms that the procedure needs are there, and no others."""
    if not dossier.procedure or not dossier.declared:
        return
    known = rules.procedures.get(dossier.procedure)
    if known is None:
        place.broken("procedure_unknown", named["MaThuTuc"], dossier.procedure, guess=True)
        return
    held = [file.code for file in dossier.declared]
    for code in known.needs:
        if code not in held:
            place.broken("form_missing", named["MaToKhai"], code, form=code, procedure=known.code)
    for file in dossier.declared:
        if known.may is not None and file.code and file.code not in (*known.needs, *known.may):
            rule = named["MaToKhai"]
            place.broken("form_unexpected", rule, file.code, row=file.number, guess=True, form=file.code, procedure=known.code)

"""How the portal's mails about a dossier's structure are read: patterns, headings, element names; a new layout is data."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from robot.settings.kinds import Strict

_LINE = (
    r"^[0-9]+\.\s*\[(?P<form>[^\]\n]+)\](?:[ \t]*dòng[ \t]+(?P<row>[0-9]+))?[ \t]*-[ \t]*(?P<field>\w+)[ \t]*"
    r"\((?P<label>[^)\n]*)\):[ \t]*(?P<rule>.+?)(?:\.[ \t]*Giá trị:[ \t]*\"(?P<value>.*)\")?$"
)
FAULT_GROUPS = frozenset({"form", "row", "field", "label", "value", "rule"})


def _checked(pattern: str, *groups: str) -> str:
    try:
        held = re.compile(pattern).groupindex
    except re.error as wrong:
        message = f"not a regular expression: {wrong}"
        raise ValueError(message) from wrong
    for group in groups:
        if group not in held:
            message = f"needs a group (?P<{group}>…) around what is to be read"
            raise ValueError(message)
    return pattern


class VerdictColumns(Strict):
    """Headings of the table of faults: regular expressions."""

    form: str = Field("Tờ khai|Mẫu biểu", description="the form's code")
    row: str = Field("Dòng", description="the row in the form")
    field: str = Field("Trường dữ liệu", description="the field's official name")
    label: str = Field("Tên trường", description="what people call the field")
    value: str = Field("Giá trị", description="what stands in it")
    rule: str = Field("^Lỗi|Nội dung lỗi", description="what is wrong with it")

    @field_validator("*")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        return _checked(pattern)


class VerdictXml(Strict):
    """Element names of an attached XML result."""

    file: str = Field(r"(?i)\.xml$", description="name of the attachment: a regular expression")
    fault: str = Field("Loi", description="element of one fault")
    count: str = Field("SoLoi", description="how many there are")
    form: str = Field("ToKhai", description="the form's code")
    row: str = Field("Dong", description="the row in the form")
    field: str = Field("Truong", description="the field's official name")
    label: str = Field("TenTruong", description="what people call the field")
    value: str = Field("GiaTri", description="what stands in it")
    rule: str = Field("NoiDung", description="what is wrong with it")


class MailVerdict(Strict):
    """The mail with the verdict on a dossier's structure: regular expressions, the value in the group named `value`."""

    subject: str = Field("Kết quả kiểm tra cấu trúc hồ sơ", description="the subject that tells such a mail from others")
    number: str = Field(r"Số hồ sơ:\s*(?P<value>[0-9]+/[0-9]{4}/[0-9]+)", description="the dossier's number")
    file: str = Field(r"Tệp hồ sơ:[ \t]*(?P<value>[^\n]+)", description="the dossier's file name")
    invalid: str = Field("Kết quả:\\s*cấu trúc không hợp lệ", description="the structure is not valid")
    valid: str = Field("Kết quả:\\s*cấu trúc hợp lệ", description="the structure is valid")
    count: str = Field(
        r"Số lỗi:\s*(?P<value>[0-9]+)", description="how many faults there are: another number read is not believed"
    )
    line: str = Field(
        _LINE,
        description="one fault in a plain text, line by line: groups form, field and rule, and where there are row, label, value",
    )
    columns: VerdictColumns = VerdictColumns()
    xml: VerdictXml = VerdictXml()

    @field_validator("subject", "invalid", "valid")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        return _checked(pattern)

    @field_validator("number", "file", "count")
    @classmethod
    def _has_value(cls, pattern: str) -> str:
        return _checked(pattern, "value")

    @field_validator("line")
    @classmethod
    def _has_fault(cls, pattern: str) -> str:
        return _checked(pattern, "form", "field", "rule")

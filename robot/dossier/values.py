"""Kinds of values that a field may hold, each with the rule that it breaks when it does not fit.

Sources: domain facts of the container and of form D02-TS (tienLuong above 0, where 100 or less is a coefficient; CCCD of 12
digits or CMND of 9; months MM/YYYY, days dd/MM/yyyy); codes as `robot.identifiers` knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from robot import identifiers

Check = Callable[[str], str]
"""From a value to the name of the rule it breaks, or nothing."""

_MONTH: Final = re.compile(r"(0[1-9]|1[0-2])/((?:19|20)[0-9]{2})")
_DATE: Final = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?")


def month(text: str) -> tuple[int, int] | None:
    """Year and month of `MM/YYYY`, or None where it is none."""
    found = _MONTH.fullmatch(text)
    return (int(found[2]), int(found[1])) if found else None


def date(text: str) -> datetime | None:
    """The day of `dd/MM/yyyy` (no time zone), or None where there is no such day."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def number(text: str) -> float | None:
    """A number as the forms write it, with a point or a comma, or None."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _matching(pattern: str, rule: str) -> Check:
    fits = re.compile(pattern).fullmatch
    return lambda text: "" if fits(text) else rule


def _tax_code(text: str) -> str:
    try:
        identifiers.tax_code(text)
    except ValueError:
        # Since 2025 a household business may use its owner's 12-digit citizen number.
        return "" if re.fullmatch("[0-9]{12}", text) else "tax_code"
    return ""


KINDS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "text": lambda _text: "",
        "digits": _matching("[0-9]*", "digits"),
        "number": _matching(_NUMBER.pattern, "number"),
        "month": _matching(_MONTH.pattern, "month"),
        "date": lambda text: "" if date(text) else "date",
        "citizen_id": _matching("[0-9]{12}|[0-9]{9}", "citizen_id"),
        "old_citizen_id": _matching("[0-9]{9}", "old_citizen_id"),
        "personal_code": _matching("[0-9]{10}", "personal_code"),
        "tax_code": _tax_code,
        "unit_code": _matching(identifiers.UNIT_CODE.pattern, "unit_code"),
        "agency_code": _matching(identifiers.AGENCY_CODE.pattern, "agency_code"),
    }
)

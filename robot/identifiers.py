"""Numbers that name things to the VSS: tax code, unit code, agency code, dossier number."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.util import clean
from stdnum.vn import mst

UNIT_CODE = re.compile(r"[A-Z]{2}[0-9]{4}[A-Z]")  # TZ0490L; a guess, so a mismatch is never more than a warning
AGENCY_CODE = re.compile(r"[0-9]{5}")
DOSSIER_NUMBER = re.compile(r"[0-9]+/[0-9]{4}/[0-9]{5}")  # number/year/agency, 03706/2026/07906
ROUND = range(1, 100)  # "đợt", 01 to 99


def tax_code(text: str) -> str:
    """The tax code (mã số thuế) in its written form: 10 digits, or 10 + `-` + 3 for a branch.

    Accepts a branch written as 13 digits. Check digit: weights 31 29 23 19 17 13 7 5 3 modulo 11 (python-stdnum).

    Raises:
        ValueError: not 10 or 13 digits, or the check digit does not fit.
    """
    try:
        digits = mst.validate(text)
    except ValidationError as wrong:
        raise ValueError(text) from wrong
    return digits if len(digits) == 10 else f"{digits[:10]}-{digits[10:]}"  # noqa: PLR2004 - the length the docstring names


def tax_digits(text: str) -> str:
    """The digits alone, for comparing codes however they are written; checks nothing."""
    return clean(text, " -.").strip()


def same_tax_code(one: str, other: str) -> bool:
    """Whether two tax codes name the same organisation, with or without the branch's hyphen."""
    return tax_digits(one) == tax_digits(other)

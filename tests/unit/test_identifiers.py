"""Numbers that name things to the VSS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot import identifiers

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("9901000019", "9901000019"),
        (" 9901000019 ", "9901000019"),
        ("9901003041-001", "9901003041-001"),
        ("9901003041001", "9901003041-001"),
    ],
)
def test_a_tax_code_in_its_written_form(written, read):
    """Ten digits, or ten and three behind a hyphen, however it was typed."""
    assert identifiers.tax_code(written) == read


@pytest.mark.parametrize("wrong", ["", "990100001", "99010000190", "9901000018", "990100001x", "9901003041-01"])
def test_what_is_no_tax_code_is_refused(wrong):
    """Length, letters, check digit."""
    with pytest.raises(ValueError, match=wrong or "^$"):
        identifiers.tax_code(wrong)


@given(first=st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_exactly_one_last_digit_fits(first):
    """10 − (Σ dᵢ·wᵢ mod 11), as the tax office computes it; where that gives 10, none fits."""
    begin = "".join(map(str, first))
    expected = 10 - sum(digit * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11
    fitting = []
    for last in range(10):
        try:
            identifiers.tax_code(f"{begin}{last}")
        except ValueError:
            continue
        fitting.append(last)
    assert set(fitting) <= {expected}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("9901003041-001", "9901003041001", True),
        ("9901000019", "9901000019", True),
        ("9901003041", "9901003041-001", False),
    ],
)
def test_whether_two_codes_are_one_organisation(one, other, same):
    """The hyphen does not matter, the branch does."""
    assert identifiers.same_tax_code(one, other) == same


def test_patterns_of_the_other_numbers():
    """Unit, agency and dossier numbers as the portal writes them."""
    assert identifiers.UNIT_CODE.fullmatch("TZ0490L")
    assert identifiers.AGENCY_CODE.fullmatch("07906")
    assert identifiers.DOSSIER_NUMBER.fullmatch("03706/2026/07906")
    assert [1 in identifiers.ROUND, 99 in identifiers.ROUND, 0 in identifiers.ROUND, 100 in identifiers.ROUND] == [
        True,
        True,
        False,
        False,
    ]

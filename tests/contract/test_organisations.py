"""The table of made-up organisations keeps what the rest of the world relies on."""

import re
import unicodedata
from dataclasses import astuple

from stdnum.vn import mst

from fixtures.organisations import ORGANISATIONS, by_tax_code


def test_keys_are_those_of_the_world():
    """The keys that settings, faults and tests name are all there, each under its own key."""
    expected = ["hoa-binh", "song-lo", "an-phu", "truong-son", "bach-dang", "thai-son", "kim-lien"]
    assert list(ORGANISATIONS) == expected
    assert [o.key for o in ORGANISATIONS.values()] == expected


def test_tax_codes_are_valid_and_belong_to_nobody():
    """Check digits hold, the prefix is one that no tax office hands out, and one organisation is a branch."""
    codes = [o.tax_code for o in ORGANISATIONS.values()]
    assert [mst.is_valid(code) for code in codes] == [True] * len(codes)
    assert {code[:2] for code in codes} == {"99"}
    assert [o.key for o in ORGANISATIONS.values() if "-" in o.tax_code] == ["an-phu"]


def test_identifying_values_are_not_shared():
    """No two organisations share a value that tells them apart."""
    for field in ("tax_code", "unit_code", "phone", "email", "mailbox", "token", "name"):
        values = [getattr(o, field) for o in ORGANISATIONS.values()]
        assert len(set(values)) == len(values), field


def test_shapes():
    """Codes have the portal's lengths, labels fit a token, text is NFC."""
    for o in ORGANISATIONS.values():
        assert re.fullmatch(r"[A-Z]{2}\d{4}[A-Z]", o.unit_code)
        assert re.fullmatch(r"\d{5}", o.agency_code)
        assert re.fullmatch(r"0\d{10}", o.phone)
        assert len(o.token.encode()) <= 32
        assert [v for v in astuple(o) if unicodedata.normalize("NFC", v) != v] == []


def test_found_by_tax_code():
    """An organisation is found by its tax code."""
    assert by_tax_code(ORGANISATIONS["an-phu"].tax_code).key == "an-phu"

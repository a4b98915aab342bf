"""The world's samples, signed by its tokens, as the robot's check sees them: valid ones well, each broken one at its place."""

import datetime as dt

import pytest

from fixtures.dossiers import BROKEN, VALID, write_samples
from robot.dossier import Checker, Owner, load_authorities, load_rules
from robot.errors import DossierUnreadable

# Broken sample -> form, row and field of its fault; those that cannot be read at all have none.
PLACES = {
    "wrong-tax-code": ("Hoso", 0, "MaSoThue"),
    "wrong-file-count": ("Hoso", 0, "SoLuongFile"),
    "broken-base64": ("Hoso", 1, "NoiDungFile"),
    "bad-signature": ("Hoso", 0, "CKy_Dvi"),
    "bad-inner-signature": ("D02-TS", 0, "Cky"),
    "missing-d02-ts": ("Hoso", 0, "MaToKhai"),
}


@pytest.fixture(scope="module")
def samples(token_world):
    return write_samples(token_world.directory, token_world.organisations["hoa-binh"], today=dt.date(2026, 2, 14))


@pytest.fixture(scope="module")
def check(token_world):
    row = token_world.organisations["hoa-binh"]
    owner = Owner(row.key, row.tax_code, row.unit_code, row.agency_code)
    checker = Checker(load_rules(), load_authorities([token_world.authority.certificate_path]))
    return lambda file: checker.check(file, owner)


@pytest.mark.parametrize("name", VALID)
def test_a_valid_sample_has_no_fault(samples, check, name):
    """Neither error nor warning, alone or in a zip."""
    assert check(samples[name]).faults == ()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sample_is_named_at_its_place(samples, check, name):
    """The one fault it was made with, and no other place; what is no dossier is refused."""
    if name not in PLACES:
        with pytest.raises(DossierUnreadable):
            check(samples[name])
    else:
        assert {fault.place for fault in check(samples[name]).errors} == {PLACES[name]}

"""Inner forms: the list of papers (D01-TS), and the forms of which nothing but root element and signature is known."""

import datetime as dt
from dataclasses import replace

import pytest

from fixtures.dossiers import DeclaredFile, Plan, make_dossier, make_files, make_people, seal
from fixtures.dossiers.mutating import holding
from fixtures.dossiers.mutations import MUTATIONS
from fixtures.dossiers.sealing import element, sealed
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from fixtures.portal.certificates import Authority
from fixtures.portal.structure import examine
from robot.dossier import Checker, Owner, load_authorities, load_rules
from tests.doubles.soft_key import SoftKey

HOA_BINH = ORGANISATIONS["hoa-binh"]
OWNER = Owner("hoa-binh", HOA_BINH.tax_code, HOA_BINH.unit_code, HOA_BINH.agency_code)
PEOPLE = make_people(2, seed=1)
PLAN = Plan(HOA_BINH, "01/2026", PEOPLE, dt.date(2026, 2, 14), with_tk1=True, attachment="a.pdf", with_d01=True)
# Code, name of the file, root element.
OTHERS = [
    ("D03-TS", "D03-TS-595.xml", "D03-TS"),
    ("D05-TS", "D05-TS-595.xml", "D05-TS"),
    ("TK3-TS", "TK3-TS.xml", "TK3-TS"),
    ("M01B-HSB", "M01B-HSB.xml", "M01B-HSB"),
    ("M05A-HSB", "M05A-HSB.xml", "M05A-HSB"),
    ("05A-HSB", "05A-HSB.xml", "M05A-HSB"),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(authority):
    return SoftKey(authority, HOA_BINH)


@pytest.fixture
def check(authority, tmp_path):
    """Check a container: the robot's faults, the portal's defects."""
    checker = Checker(load_rules(), load_authorities([authority.certificate_path]))

    def checked(document):
        file = tmp_path / "BHXHDienTu.xml"
        file.write_bytes(document)
        return checker.check(file, OWNER).faults, examine(document, authority=Authority(authority.certificate_path))

    return checked


def _with(key, *others):
    """A container of D02-TS and other forms; procedure 600 is not known to take those, which is only warned of."""
    return seal(PLAN, [make_files(replace(PLAN, with_tk1=False, with_d01=False, attachment=None), key)[0], *others], key)


def _other(key, code, name, root, text="Việc làm"):
    return holding(DeclaredFile(code, code, name, ""), sealed(element(root, element("Hang", NoiDung=text)), "Cky", key))


def _errors(faults):
    return {(fault.place, fault.rule_name) for fault in faults if fault.severity == "error"}


def test_the_list_of_papers_is_read_row_by_row(check, key):
    """Nothing is wrong with a valid one, by either checker."""
    assert check(make_dossier(PLAN, key)) == ((), ())


def test_what_rests_on_a_guess_is_a_warning(check, key):
    """A personal code of another length is an error; what follows from the guessed layout of D01-TS is not."""
    found = {}
    for name in ("paper-personal-code-nine-digits", "paper-title-empty", "paper-issued-year-first", "papers-none"):
        faults, _ = check(MUTATIONS[name].make(PLAN, key))
        (found[name],) = [(fault.severity, fault.guess) for fault in faults if fault.place == MUTATIONS[name].place]
    assert found.pop("paper-personal-code-nine-digits") == ("error", False)
    assert {("warning", True)} == set(found.values())


@pytest.mark.parametrize(("code", "name", "root"), OTHERS, ids=[code for code, *_ in OTHERS])
def test_a_form_without_rules_is_said_to_be_unknown_once(check, key, code, name, root):
    """One warning for a code, however often it is there; no error, by either checker."""
    faults, defects = check(_with(key, _other(key, code, name, root), _other(key, code, name, root)))
    assert [fault.rule_name for fault in faults if fault.form == code] == ["form_unknown"]
    assert (_errors(faults), defects) == (set(), ())


@pytest.mark.parametrize(("code", "name", "root"), OTHERS, ids=[code for code, *_ in OTHERS])
def test_what_is_known_of_such_a_form_is_checked(check, key, code, name, root):
    """Its signature, its root element, its letters; robot and portal name the same places."""
    good = _other(key, code, name, root)
    unsigned = b"<?xml version='1.0' encoding='utf-8'?><%s><Hang/></%s>" % (root.encode(), root.encode())
    tampered = sealed(element(root, NoiDung="1"), "Cky", key).replace(b"<NoiDung>1", b"<NoiDung>2")
    for content, place, rule in (
        (unsigned, (code, 0, "Cky"), "signature_absent"),
        (tampered, (code, 0, "Cky"), "signature_digest"),
        (sealed(element("D02-TS"), "Cky", key), ("Hoso", 2, "NoiDungFile"), "root"),
        (b"<a>", ("Hoso", 2, "NoiDungFile"), "xml"),
    ):
        faults, defects = check(_with(key, holding(good, content)))
        assert _errors(faults) == {(place, rule)}
        assert [defect.place for defect in defects] == [place]
    faults, defects = check(_with(key, _other(key, code, name, root, text="Vie\u0323\u0302c")))
    assert [fault.place for fault in faults if fault.rule_name == "not_nfc"] == [(code, 0, "NoiDung")]
    assert [defect.place for defect in defects] == [(code, 0, "NoiDung")]

"""Checking dossiers: reading, whose they are, signatures and certificates, rule files, and what is shown of a person."""

import datetime as dt
import hashlib
from base64 import b64decode

import pytest
from lxml import etree

from fixtures.dossiers import Plan, make_dossier, make_files, make_people, seal
from fixtures.dossiers.mutating import signed_again
from fixtures.dossiers.mutations import MUTATIONS
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from robot.dossier import Checker, Owner, load_authorities, load_rules, read_head
from robot.dossier.fault import shown
from robot.errors import DossierUnreadable
from tests.doubles.soft_key import SoftKey

HOA_BINH = ORGANISATIONS["hoa-binh"]
OWNER = Owner("hoa-binh", HOA_BINH.tax_code, HOA_BINH.unit_code, HOA_BINH.agency_code)
PEOPLE = make_people(3, seed=1)
PLAN = Plan(HOA_BINH, "01/2026", PEOPLE, dt.date(2026, 2, 14), with_tk1=True, attachment="Quyết định.pdf", with_d01=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(authority):
    return SoftKey(authority, HOA_BINH)


@pytest.fixture
def check(authority, tmp_path):
    """Check bytes with the authority's certificate; the faults by (form, field, rule)."""
    checker = Checker(load_rules(), load_authorities([authority.certificate_path]))

    def checked(document, owner=OWNER, **kind):
        file = tmp_path / "BHXHDienTu.xml"
        file.write_bytes(document)
        return checker.check(file, owner, **kind)

    return checked


def _found(checked):
    return [(fault.form, fault.field, fault.rule_name) for fault in checked.faults]


def test_a_valid_dossier_is_read_whole_and_left_alone(check, key):
    """Forms, rows, attachment, natural key and digest; no fault; the bytes stay."""
    document = make_dossier(PLAN, key)
    checked = check(document)
    dossier = checked.dossier
    assert checked.faults == ()
    assert [("D02-TS", 3), ("TK1-TS", 0), ("D01-TS", 3)] == [(form.code, len(form.rows)) for form in dossier.forms]
    assert ["Quyết định.pdf"] == [attached.file_name for attached in dossier.attachments]
    assert dossier.forms[0].rows[1].fields["Hoten"] == PLAN.people[1].name
    assert dossier.natural_key(2) == read_head(dossier.file).business_key(2) == "TZ0101A/600/01/2026/02"
    assert dossier.sha256 == hashlib.sha256(document).hexdigest()
    assert dossier.file.read_bytes() == document


def test_a_single_form_is_checked_and_not_for_upload(check, key):
    """Its rows and signature are looked at; unsigned it is only warned of; the upload says why it is no dossier."""
    form = b64decode(make_files(PLAN, key)[0].content)
    assert _found(check(form)) == []
    unsigned = etree.fromstring(form)
    unsigned.remove(unsigned.find("Cky"))
    checked = check(etree.tostring(unsigned))
    assert ["warning"] == [fault.severity for fault in checked.faults]
    with pytest.raises(DossierUnreadable) as refused:
        read_head(checked.dossier.file)
    assert refused.value.text.key == "errors.dossier_single_form"


def test_another_organisations_dossier(check, key):
    """Tax code, unit code and agency are compared with the settings, the certificates with the organisation's tax code."""
    found = _found(check(make_dossier(PLAN, key), Owner("x", "9901005090", "TZ9999Z", "00999")))
    assert found[:3] == [
        ("Hoso", "MaSoThue", "other_organisation"),
        ("Hoso", "MaSoBHXH", "other_code"),
        ("Hoso", "CoQuanQuanLy", "other_code"),
    ]
    assert [("Hoso", "CKy_Dvi", "certificate_tax_code"), ("D02-TS", "Cky", "certificate_tax_code")] == found[3:5]


def test_certificates_are_judged(check, key, authority, tmp_path):
    """Another authority, a certificate that ran out or is not yet valid, another organisation's token."""
    foreign = SoftKey(make_authority(tmp_path / "foreign"), HOA_BINH)
    assert ("Hoso", "CKy_Dvi", "chain") in _found(check(seal(PLAN, make_files(PLAN, key), foreign)))
    later, before = dt.datetime.now(dt.UTC) + dt.timedelta(days=900), dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
    assert ("Hoso", "CKy_Dvi", "certificate_expired") in _found(check(make_dossier(PLAN, key), now=later))
    assert ("D02-TS", "Cky", "certificate_early") in _found(check(make_dossier(PLAN, key), now=before))
    other = SoftKey(authority, ORGANISATIONS["kim-lien"])
    assert _found(check(seal(PLAN, make_files(PLAN, key), other))) == [("Hoso", "CKy_Dvi", "certificate_tax_code")]


def test_without_authorities_the_chain_is_said_to_be_unchecked(key, tmp_path):
    """One warning, no error."""
    file = tmp_path / "BHXHDienTu.xml"
    file.write_bytes(make_dossier(PLAN, key))
    checked = Checker().check(file, OWNER)
    assert (["chain_unchecked"], ()) == ([fault.rule_name for fault in checked.warnings], checked.errors)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b"<TenDoiTuong>", b"<TenDoiTuong>x", "signature_digest"),
        (b"</NoiDung>", b" </NoiDung>", "signature_digest"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA", "signature_wrong"),
        (b'URI=""', b'URI="#elsewhere"', "signature_form"),
        (b"xmlenc#sha256", b"xmlenc#ripemd160", "signature_algorithm"),
        (b"<ds:KeyInfo>", b"<ds:KeyInfo><x/></ds:KeyInfo><ds:Other>", None),
    ],
)
def test_one_change_breaks_the_seal(check, key, before, after, rule):
    """Which rule, or not well-formed any more."""
    document = make_dossier(PLAN, key)
    assert before in document
    changed = document.replace(before, after, 1)
    if rule is None:
        with pytest.raises(DossierUnreadable):
            check(changed)
    else:
        assert _found(check(changed)) == [("Hoso", "CKy_Dvi", rule)]


def test_a_seal_in_a_document_with_namespaces_around_it(check, key):
    """Inclusive C14N takes the namespaces and xml: attributes around SignedInfo along."""

    def dressed(root):
        for held in root:
            held.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")

    form = b64decode(make_files(PLAN, key)[0].content).replace(b"<D02-TS>", b'<D02-TS xmlns:xsi="urn:x" xmlns:a="urn:a">')
    found = _found(check(signed_again(form, "Cky", dressed, key)))
    assert [rule for _, field, rule in found if field == "Cky"] == []


def test_an_own_rule_file_is_laid_over_the_robots(tmp_path):
    """A new form is a new file; one with an unknown key is refused by name."""
    own = tmp_path / "rules" / "forms"
    own.mkdir(parents=True)
    (own / "D05-TS.toml").write_text('code = "D05-TS"\nname = "x"\n[[fields]]\nname = "soTien"\nlabel = "Số tiền"\nabove = 10\n')
    file = tmp_path / "D05-TS.xml"
    file.write_bytes(b"<D05-TS><soTien>9</soTien></D05-TS>")
    found = _found(Checker(load_rules(own.parent)).check(file))
    assert ("D05-TS", "soTien", "above") in found
    assert ("D05-TS", "MaToKhai", "form_unknown") in _found(Checker().check(file))
    (own / "bad.toml").write_text('code = "X"\nname = "x"\ncolour = "blue"\n')
    with pytest.raises(DossierUnreadable) as refused:
        load_rules(own.parent)
    assert "colour" in refused.value.text.say("en")


def test_personal_values_are_masked(check, key):
    """Neither names nor numbers of people stand in a fault; lengths do."""
    for name in ("personal-code-eleven-digits", "citizen-id-letters", "name-too-long"):
        (fault,) = check(MUTATIONS[name].make(PLAN, key)).errors
        assert "•" in fault.value_masked
    assert shown("Nguyễn Văn Hùng", personal=True) == "N••••• V•• H•••"
    assert shown("099201012345", personal=True) == "••••••••••45"
    assert shown("a\x1b[31m\nb") == "a�[31m␣b"


def test_container_oddities_are_named(check, key):
    """A byte order mark, a field twice, a field that nobody knows."""
    document = make_dossier(PLAN, key)
    assert ("Hoso", "Hoso", "bom") in _found(check(b"\xef\xbb\xbf" + document))
    found = _found(check(document.replace(b"<MaThuTuc>", b"<MaThuTuc>600</MaThuTuc><MaThuTuk/><MaThuTuc>", 1)))
    assert ("Hoso", "MaThuTuc", "twice") in found
    assert ("Hoso", "MaThuTuk", "unknown_field") in found

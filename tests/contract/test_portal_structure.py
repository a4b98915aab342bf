"""The portal's own structure check: nothing in valid dossiers, the one fault of each broken one, at its place."""

import datetime as dt
import unicodedata

import pytest

from fixtures.dossiers import BROKEN, VALID, Plan, make_people, write_samples
from fixtures.dossiers.mutating import in_form
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from fixtures.portal.certificates import Authority
from fixtures.portal.structure import examine
from tests.doubles.soft_key import SoftKey

TODAY = dt.date(2026, 3, 10)
EXPECTED = {
    "not-xml": [("Hoso", 0, "Hoso")],
    "empty": [("Hoso", 0, "Hoso")],
    # Another's tax code: neither signature is by a certificate of that organisation.
    "wrong-tax-code": [("TK1-TS", 0, "Cky"), ("D02-TS", 0, "Cky"), ("Hoso", 0, "CKy_Dvi")],
    "wrong-file-count": [("Hoso", 0, "SoLuongFile")],
    "broken-base64": [("Hoso", 1, "NoiDungFile")],
    "bad-signature": [("Hoso", 0, "CKy_Dvi")],
    "bad-inner-signature": [("D02-TS", 0, "Cky")],
    "missing-d02-ts": [("Hoso", 0, "MaToKhai")],
}
# A field of the second row, what is written into it, and the field that is then wrong.
ROWS = [
    ("pa", "", "pa"),
    ("pa", "x" * 101, "pa"),
    ("Hoten", "", "Hoten"),
    ("Masobhxh", "99012345678", "Masobhxh"),
    ("Masobhxh", "99A1234567", "Masobhxh"),
    ("chucVu", " ", "chucVu"),
    ("chucVu", "ă" * 501, "chucVu"),
    ("tienLuong", "0", "tienLuong"),
    ("tienLuong", "-5000000", "tienLuong"),
    ("tienLuong", "năm triệu", "tienLuong"),
    ("tuThang", "13/2026", "tuThang"),
    ("denThang", "2026-03", "denThang"),
    ("denThang", "02/2026", "denThang"),
    ("ghiChu", "y" * 501, "ghiChu"),
    ("CCCD", "09912345678", "CCCD"),
    ("ghiChu", unicodedata.normalize("NFD", "Hợp đồng"), "ghiChu"),
]


@pytest.fixture(scope="module")
def authority(token_world):
    return Authority(token_world.authority.certificate_path)


@pytest.fixture(scope="module")
def samples(token_world):
    return write_samples(token_world.directory, token_world.organisations["kim-lien"], today=TODAY)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is wrong in a dossier whose D02-TS was changed before it was signed, so that nothing but the change is wrong."""
    own, organisation = make_authority(tmp_path_factory.mktemp("authority")), ORGANISATIONS["kim-lien"]
    key = SoftKey(own, organisation)
    plan = Plan(organisation, "03/2026", make_people(3, seed=3), TODAY)

    def examined(change):
        return examine(in_form("D02-TS", change)(plan, key), authority=Authority(own.certificate_path))

    return examined


@pytest.mark.parametrize("sample", VALID)
def test_a_valid_dossier_has_no_defect(samples, authority, sample):
    """Nothing is found in what is good, in a zip or not, with attachments or 120 rows."""
    assert examine(samples[sample].read_bytes(), authority=authority) == ()


@pytest.mark.parametrize("sample", BROKEN)
def test_each_broken_dossier_is_named_at_its_place(samples, authority, sample):
    """Form, row and field of the one thing that is wrong, and nothing else."""
    found = examine(samples[sample].read_bytes(), authority=authority)
    assert sorted(EXPECTED[sample]) == sorted(defect.place for defect in found)


@pytest.mark.parametrize(("field", "value", "named"), ROWS)
def test_a_field_of_a_row_is_named_with_its_row(found, field, value, named):
    """A wrong value in the second row is named by form, row and field, with the value as it stands."""

    def change(root):
        root.find(f"DanhSach/LaoDong[2]/{field}").text = value

    assert [("D02-TS", 2, named, value)] == [(*defect.place, defect.value) for defect in found(change)]


def test_a_person_who_is_there_twice_is_named_at_the_second_row(found):
    """The same personal code in two rows is one defect, at the later one."""

    def change(root):
        first, _, third = root.findall("DanhSach/LaoDong")
        third.find("Masobhxh").text = first.findtext("Masobhxh")

    assert [("D02-TS", 3, "Masobhxh", "trùng với dòng 1")] == [(*defect.place, defect.rule) for defect in found(change)]


def test_a_document_type_is_no_dossier(samples):
    """Entities are neither expanded nor fetched: a file that declares any is refused as a whole."""
    text = (
        samples["valid"].read_bytes().replace(b"<Hoso>", b'<!DOCTYPE Hoso [<!ENTITY a SYSTEM "file:///etc/hostname">]><Hoso>', 1)
    )
    assert [("Hoso", 0, "Hoso")] == [defect.place for defect in examine(text)]

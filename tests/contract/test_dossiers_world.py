"""Sample dossiers of the world: their two layers of signatures as Debian's xmlsec1 sees them, and each broken one's one fault."""

import datetime as dt
import subprocess
import zipfile
from base64 import b64decode

import pytest
from lxml import etree

from fixtures.dossiers import BROKEN, VALID, Plan, make_dossier, make_people, write_samples
from fixtures.token import open_signer

TODAY = dt.date(2026, 2, 14)


@pytest.fixture(scope="module")
def samples(token_world):
    return write_samples(token_world.directory, token_world.organisations["hoa-binh"], today=TODAY)


@pytest.fixture
def xmlsec(token_world, tmp_path):
    """Whether xmlsec1 accepts a document, trusting the world's authority and nothing else."""

    def accepts(document):
        file = tmp_path / "document.xml"
        file.write_bytes(document)
        command = ["xmlsec1", "--verify", "--enabled-key-data", "x509", "--trusted-pem", token_world.authority.certificate_path]
        return subprocess.run([*command, file], capture_output=True, check=False).returncode == 0

    return accepts


def _document(path):
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read("BHXHDienTu.xml")


def _forms(document):
    """The signed forms inside a container, by code."""
    files = etree.fromstring(document).iterfind("NoiDung/ThongTinHoSo/ToKhais/FileToKhai")
    found = {file.findtext("MaToKhai"): b64decode(file.findtext("NoiDungFile")) for file in files}
    return {code: content for code, content in found.items() if code != "CT-DK"}


@pytest.mark.parametrize("sample", VALID)
def test_xmlsec_accepts_both_layers(samples, xmlsec, sample):
    """The container's signature and that of each form in it verify with xmlsec1 against the world's authority."""
    document = _document(samples[sample])
    forms = _forms(document)
    assert "D02-TS" in forms
    assert [xmlsec(document), *map(xmlsec, forms.values())] == [True] * (1 + len(forms))


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"<TenDoiTuong>C", b"<TenDoiTuong>K"), (b"<KyKeKhai>02", b"<KyKeKhai>03"), (b"</NoiDung>", b" </NoiDung>")],
)
def test_one_changed_byte_breaks_the_container(samples, xmlsec, before, after):
    """xmlsec1 refuses the container after one byte of its content changed, were it only a space between tags."""
    document = _document(samples["valid"])
    assert document.count(before) == 1
    assert not xmlsec(document.replace(before, after))


def test_one_changed_byte_breaks_a_form(samples, xmlsec):
    """xmlsec1 refuses a form after one byte of it changed."""
    form = _forms(_document(samples["valid-full"]))["TK1-TS"]
    assert not xmlsec(form.replace("Việt Nam".encode(), "Việt Nan".encode()))


def test_expired_certificate_is_refused(xmlsec, token_world):
    """The verdict comes from the certificate, too: a dossier signed with a certificate that ran out is refused."""
    organisation = token_world.organisations["bach-dang"]
    with open_signer(token_world.directory, organisation) as key:
        document = make_dossier(Plan(organisation, "02/2026", make_people(1, seed=1), TODAY), key)
    assert not xmlsec(document)


def test_container_says_what_the_format_asks(samples, token_world):
    """Fields, counts, lengths and file codes are those of the container's format."""
    organisation = token_world.organisations["hoa-binh"]
    content = _document(samples["valid-full"])
    assert content.startswith(b"<?xml")
    root = etree.fromstring(content)
    assert [child.tag for child in root] == ["NoiDung", "CKy_Dvi"]
    assert root.findtext("NoiDung/ThongTinDonVi/MaSoThue") == organisation.tax_code
    assert root.findtext("NoiDung/ThongTinDonVi/MaSoBHXH") == organisation.unit_code
    dossier = root.find("NoiDung/ThongTinHoSo")
    assert [dossier.findtext(name) for name in ("MaThuTuc", "KyKeKhai", "NgayLap", "SoLuongFile")] == [
        "600",
        "01/2026",
        "14/02/2026",
        "4",
    ]
    files = dossier.findall("ToKhais/FileToKhai")
    assert [(file.findtext("MaToKhai"), file.findtext("TenFile"), file.findtext("LoaiFile")) for file in files] == [
        ("D02-TS", "D02-TS-595.xml", ".xml"),
        ("TK1-TS", "TK1-TS-595.xml", ".xml"),
        ("D01-TS", "D01-TS-595.xml", ".xml"),
        ("CT-DK", "Quyết định điều chỉnh lương.pdf", ".pdf"),
    ]
    assert [int(file.findtext("DoDaiFile")) - len(file.findtext("NoiDungFile")) for file in files] == [0, 0, 0, 0]


def test_rows_keep_the_forms_limits(samples):
    """Each row of D02-TS has what the form requires, in the shapes it requires."""
    form = etree.fromstring(_forms(_document(samples["valid-long"]))["D02-TS"])
    rows = form.findall("DanhSach/LaoDong")
    assert len(rows) == 120
    for row in rows:
        assert row.findtext("pa") in {"TM", "GH", "DC"}
        assert 0 < len(row.findtext("Hoten")) <= 100
        assert (len(row.findtext("Masobhxh")), len(row.findtext("CCCD"))) == (10, 12)
        assert int(row.findtext("tienLuong")) > 100
        assert row.findtext("tuThang") == "12/2025"


def test_valid_samples_are_for_periods_of_their_own(samples):
    """All valid samples can be handed in one after another: no two share a period."""
    periods = [etree.fromstring(_document(samples[name])).findtext("NoiDung/ThongTinHoSo/KyKeKhai") for name in VALID]
    assert periods == ["02/2026", "01/2026", "12/2025", "11/2025", "10/2025"]


def test_broken_samples_have_the_fault_they_name(samples, xmlsec, token_world):
    """Each broken sample is wrong in its one way; where the fault is in the content, its signature still holds."""
    assert set(samples) == {*VALID, *BROKEN}
    assert samples["empty"].read_bytes() == b""
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(samples["not-xml"].read_bytes())
    documents = {name: samples[name].read_bytes() for name in BROKEN if name not in {"empty", "not-xml"}}
    assert [name for name, document in documents.items() if not xmlsec(document)] == ["bad-signature"]
    roots = {name: etree.fromstring(document) for name, document in documents.items()}
    tax_code = token_world.organisations["hoa-binh"].tax_code
    assert [name for name, root in roots.items() if root.findtext(".//MaSoThue") != tax_code] == ["wrong-tax-code"]
    counts = {name: (int(root.findtext(".//SoLuongFile")), len(root.findall(".//FileToKhai"))) for name, root in roots.items()}
    assert [name for name, (said, held) in counts.items() if said != held] == ["wrong-file-count"]
    with pytest.raises(ValueError, match="base64"):
        b64decode(roots["broken-base64"].findtext(".//NoiDungFile"), validate=True)
    assert list(_forms(documents["missing-d02-ts"])) == ["TK1-TS"]
    inner = _forms(documents["bad-inner-signature"])
    assert {code: xmlsec(form) for code, form in inner.items()} == {"D02-TS": False, "TK1-TS": True}

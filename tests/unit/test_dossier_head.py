"""The head of a dossier: what it says, and a sentence for each file that is none."""

import hashlib
import os
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from robot.dossier import DossierHead, read_head
from robot.errors import DossierUnreadable

GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<Hoso><NoiDung>
<ThongTinIVAN><MaIVAN/><TenIVAN/></ThongTinIVAN>
<ThongTinDonVi><TenDoiTuong>Chi nhánh An Phú</TenDoiTuong><MaSoBHXH>TZ0103C</MaSoBHXH><LoaiDoiTuong>1</LoaiDoiTuong>
<MaSoThue>9901003041001</MaSoThue><NguoiKy>Võ Quốc Khánh</NguoiKy><DienThoai/><CoQuanQuanLy>07906</CoQuanQuanLy></ThongTinDonVi>
<ThongTinHoSo><TenThuTuc>Báo tăng</TenThuTuc><MaThuTuc>600</MaThuTuc><KyKeKhai>11/2026</KyKeKhai><NgayLap>22/11/2026</NgayLap>
<ToKhais><FileToKhai><NoiDungFile>QUJD</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo>
</NoiDung><CKy_Dvi/></Hoso>
""".encode()


def _refused(file, **kind):
    with pytest.raises(DossierUnreadable) as refused:
        read_head(file, **kind)
    assert str(file) in str(refused.value)
    return refused.value.text


@pytest.fixture
def file(tmp_path):
    return tmp_path / "BHXHDienTu.xml"


def test_the_head_is_read_and_the_bytes_are_left_alone(file):
    """Every field of the head, the digest of the very bytes; the file is as it was."""
    file.write_bytes(GOOD)
    expected = DossierHead(
        file=file,
        size=len(GOOD),
        sha256=hashlib.sha256(GOOD).hexdigest(),
        tax_code="9901003041-001",
        unit_code="TZ0103C",
        procedure="600",
        period="11/2026",
        agency="07906",
    )
    assert read_head(file) == expected
    assert file.read_bytes() == GOOD


def test_a_large_attachment_is_no_hindrance(file):
    """An attachment of more than ten million letters, where XML parsers stop by default, is passed over."""
    large = GOOD.replace(b"QUJD", b"QUJD" * 3_000_000)
    file.write_bytes(large)
    assert read_head(file).size == len(large)


@pytest.mark.parametrize(
    ("content", "key", "fills"),
    [
        (b"", "dossier_empty", {}),
        (b"not xml at all", "dossier_not_xml", {}),
        (b"%PDF-1.7 printed form", "dossier_not_xml", {}),
        (GOOD[:-20], "dossier_not_xml", {}),
        (GOOD + b"more", "dossier_not_xml", {}),
        (b"<D02-TS/>", "dossier_single_form", {"form": "D02-TS"}),
        (b"<D99-TS/>", "dossier_not_xml", {"why": "<D99-TS>"}),
        (GOOD.replace(b"<Hoso>", b'<Hoso xmlns="urn:x">'), "dossier_not_xml", {"why": "<{urn:x}Hoso>"}),
        (GOOD.replace(b"<NoiDung>", b"<Khac>").replace(b"</NoiDung>", b"</Khac>"), "dossier_no_field", {"field": "MaSoThue"}),
        (GOOD.replace(b"9901003041001", b" "), "dossier_no_field", {"field": "MaSoThue"}),
        (GOOD.replace(b"9901003041001", b"<a>9901003041001</a>"), "dossier_no_field", {"field": "MaSoThue"}),
        (GOOD.replace(b"9901003041001", b"990100<a/>3041001"), "dossier_no_field", {"field": "MaSoThue"}),
        (GOOD.replace(b"<DienThoai/>", b"<MaSoThue>9901000019</MaSoThue>"), "dossier_no_field", {"field": "MaSoThue"}),
        (GOOD.replace(b"9901003041001", b"9901003042"), "dossier_field_wrong", {"field": "MaSoThue", "found": "9901003042"}),
        (GOOD.replace(b"11/2026", b"13/2026"), "dossier_field_wrong", {"field": "KyKeKhai", "found": "13/2026"}),
        (GOOD.replace(b"600", b"6 00\n"), "dossier_field_wrong", {"field": "MaThuTuc", "found": "6 00"}),
        (GOOD.replace(b"TZ0103C", b"x" * 9000), "dossier_field_wrong", {"found": "x" * 199 + "…"}),
        (b"PK\x03\x04 and so on", "dossier_zip_broken", {}),
    ],
)
def test_what_is_no_dossier_is_said_in_a_sentence(file, content, key, fills):
    """Which file, and what is wrong with it: the field's own name where it is a field."""
    file.write_bytes(content)
    text = _refused(file)
    assert text.key == f"errors.{key}"
    assert {name: text.fills[name] for name in fills} == fills


def test_no_such_file_and_no_file_at_all(tmp_path):
    """A missing file, a folder, a name through a file, and an impossible name."""
    assert _refused(tmp_path / "none.xml").key == "errors.dossier_absent"
    assert _refused(tmp_path).key == "errors.dossier_absent"
    (tmp_path / "file").write_bytes(GOOD)
    assert _refused(tmp_path / "file" / "x.xml").key == "errors.dossier_absent"
    assert _refused(tmp_path / "a\0b").key in {"errors.dossier_unreadable", "errors.dossier_absent"}


def test_a_file_of_two_hundred_megabytes_is_not_read(file):
    """Its size is asked, its bytes are not."""
    with file.open("wb") as sparse:
        sparse.truncate(200 * 1024 * 1024)
    text = _refused(file)
    assert [text.key, text.fills["size_mb"], text.fills["limit_mb"]] == ["errors.dossier_too_large", 200, 20]


def test_the_limit_is_met_exactly(file):
    """A file of exactly the limit is read, one byte more is not."""
    limit = 1024 * 1024
    file.write_bytes(GOOD + b" " * (limit - len(GOOD)))
    assert read_head(file, limit_mb=1).size == limit
    file.write_bytes(GOOD + b" " * (limit - len(GOOD) + 1))
    assert _refused(file, limit_mb=1).key == "errors.dossier_too_large"


@pytest.mark.skipif(os.name != "posix", reason="named pipes in folders are POSIX")
def test_a_pipe_does_not_hang_the_robot(tmp_path):
    """What is no ordinary file is not opened."""
    os.mkfifo(tmp_path / "pipe.xml")
    assert _refused(tmp_path / "pipe.xml").key == "errors.dossier_absent"


def _laughs():
    names = "abcdefghij"
    declared = "".join(
        f'<!ENTITY {name} "{"ha" if not number else f"&{names[number - 1]};" * 10}">' for number, name in enumerate(names)
    )
    return f"<!DOCTYPE Hoso [{declared}]>\n<Hoso>".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_read(file, tmp_path, encoding):
    """A billion laughs, a foreign file, an address: refused as soon as a document type is seen, in any encoding."""
    (tmp_path / "secret.txt").write_text("9901000019")
    bodies = [
        GOOD.split(b"?>\n", 1)[1].replace(b"<Hoso>", _laughs()).replace(b"600", b"&j;"),
        GOOD.split(b"?>\n", 1)[1]
        .replace(b"<Hoso>", f'<!DOCTYPE Hoso [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><Hoso>'.encode())
        .replace(b"9901003041001", b"&x;"),
        GOOD.split(b"?>\n", 1)[1].replace(b"<Hoso>", b'<!DOCTYPE Hoso SYSTEM "http://127.0.0.1:9/x.dtd"><Hoso>'),
    ]
    for body in bodies:
        file.write_bytes(body.decode().encode(encoding))
        text = _refused(file)
        assert text.key == "errors.dossier_not_xml"
        assert "9901000019" not in text.say("en")


NEW = st.binary(max_size=10) | st.sampled_from([b"<a>", b"</", b"&x;", b"<!DOCTYPE a>", b"<![CDATA[", b"\xff\xfe", b"\0"])
CHANGES = st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 30), NEW), min_size=1, max_size=6)


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_mangled_dossiers_are_read_or_refused(tmp_path, changes):
    """Whatever is done to the bytes, there is a head or a `DossierUnreadable`, never another error."""
    content = GOOD
    for at, length, new in changes:
        content = content[:at] + new + content[at + length :]
    mangled = tmp_path / "mangled.xml"
    mangled.write_bytes(content)
    try:
        head = read_head(mangled)
    except DossierUnreadable as refused:
        said = refused.text.say("vi")
        assert str(mangled) in said
    else:
        assert head.sha256 == hashlib.sha256(content).hexdigest()
        assert date(int(head.period[3:]) or 1, int(head.period[:2]), 1)

"""A dossier made harmless: as long as it was, the same head, and nothing of anybody's; letters and traces likewise."""

import datetime as dt
import hashlib
import io
import json
import random
import re
import zipfile
from base64 import b64decode, b64encode
from email.message import EmailMessage

import pytest

from robot.dossier import read_head
from robot.mail.letter import read_letter
from robot.recording.harmless import CannotBeHarmless, harmless, persons
from robot.recording.letters import rewritten
from robot.recording.made_up import like, secret_shape, shape_of, sized
from robot.recording.placeholders import Register, fill
from robot.recording.safety import search_files
from robot.recording.traces import harmless_trace

FORM = """<?xml version="1.0"?><D02-TS><TenDonVi>Công ty A &amp; B</TenDonVi><DanhSach><LaoDong><STT>1</STT><pa>TM</pa>
<Hoten>Nguyễn Thị Á</Hoten><Masobhxh>9912345678</Masobhxh><CCCD>099123456789</CCCD><tienLuong>12340000</tienLuong>
<tuThang>11/2026</tuThang></LaoDong></DanhSach><Cky><ds:Signature xmlns:ds="u"><ds:SignatureValue>abc+/=</ds:SignatureValue>
</ds:Signature></Cky></D02-TS>"""
_INNER = b64encode(FORM.encode()).decode()
_ATTACHED = b64encode("%PDF-1.4 lương của Nguyễn Thị Á: 12340000".encode()).decode()
DOSSIER = f"""<?xml version="1.0" encoding="UTF-8"?><Hoso><NoiDung Id="Nguyen Van B"><!-- soạn bởi Trần C --><ThongTinDonVi>
<TenDoiTuong>Công ty A &amp; B</TenDoiTuong><MaSoBHXH>TZ0101A</MaSoBHXH><MaSoThue>9901000019</MaSoThue>
<NguoiKy>Trần Văn Đức</NguoiKy>
</ThongTinDonVi><ThongTinHoSo><MaThuTuc>600</MaThuTuc><KyKeKhai>11/2026</KyKeKhai><ToKhais><FileToKhai><MaToKhai>D02-TS</MaToKhai>
<TenFile>D02-TS-595.xml</TenFile><NoiDungFile>{_INNER}</NoiDungFile></FileToKhai>
<FileToKhai><TenFile>Quyết định của Á.pdf</TenFile>
<NoiDungFile>{_ATTACHED}</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung></Hoso>"""
PLANTED = {"Nguyễn Thị Á": "name", "9912345678": "code", "099123456789": "id", "12340000": "salary", "Trần Văn Đức": "signer"}


@pytest.fixture
def register():
    made = Register()
    made.add("ORG", "tax_code", "9901000019", sized("tax code"))
    made.add("ORG", "unit_code", "TZ0101A", like)
    made.add("ORG", "name", "Công ty A & B", shape_of)
    for name, value in persons(DOSSIER.encode()):
        made.add("PERSON", name, value, shape_of)
    return made


def _archive(content):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BHXHDienTu.xml", content)
    return held.getvalue()


def test_what_a_dossier_says_of_people_is_known():
    """In inner forms too; what only says which form it is, and of which month, is nobody's."""
    found = dict(persons(DOSSIER.encode()))
    assert {"Hoten", "Masobhxh", "CCCD", "tienLuong", "NguoiKy", "TenDoiTuong"} <= found.keys()
    assert found["TenDonVi"] == "Công ty A & B"
    assert not {"tuThang", "KyKeKhai", "MaThuTuc", "SignatureValue"} & found.keys()


@pytest.mark.parametrize("kind", ["xml", "zip", "large zip"])
def test_it_stays_as_long_and_keeps_its_head(register, tmp_path, kind):
    """The flow reads the same head, with the made-up organisation; an archive keeps its length too."""
    content = DOSSIER.encode()
    if kind == "large zip":
        noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=200_000))  # noqa: S311 - no secret
        content = content.replace("soạn bởi".encode(), noise.encode())
    held = content if kind == "xml" else _archive(content)
    made = harmless(held, register)
    assert len(made) == len(held)
    file = tmp_path / f"BHXHDienTu.{kind[-3:]}"
    file.write_bytes(made)
    head = read_head(file)
    assert (head.procedure, head.period) == ("600", "11/2026")
    assert (head.tax_code[:2], head.tax_code) == ("99", register_value(register, "9901000019"))
    assert head.sha256 == hashlib.sha256(made).hexdigest()


def register_value(register, value):
    """What a replay makes up for a value."""
    from robot.recording.made_up import made_up

    placeholder = register.placeholder(value)
    return made_up(placeholder, register.shape(placeholder))


def test_nobody_is_left_in_it(register):
    """Names, numbers and salary are found in the dossier, and no longer in what was made of it, attachment included."""
    assert {hit.what for hit in search_files([("d.xml", DOSSIER.encode())], PLANTED)} == set(PLANTED.values())
    made = harmless(DOSSIER.encode(), register)
    assert search_files([("d.xml", made)], PLANTED) == []
    assert b"Nguyen Van" not in made
    assert "Trần" not in made.decode()
    inner = b64decode(re.search(rb"<NoiDungFile>(.*?)<", made)[1]).decode()
    assert "<pa>TM</pa>" in inner
    assert "abc+/=" not in inner


@pytest.mark.parametrize("wrong", [b"%PDF-1.4", b"\xff\xfe<\x00", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', b"PK\x03\x04broken"])
def test_what_cannot_be_overwritten_is_refused(register, wrong):
    """Not XML in UTF-8, a document type, a broken archive."""
    with pytest.raises(CannotBeHarmless):
        harmless(wrong, register)


def test_a_letter_keeps_its_sense_and_loses_its_persons(register):
    """Head, plain text, HTML and an attached XML have placeholders that a review can read; filled again it is read as before."""
    register.add("ORG", "email", "ke-toan@thu.example", sized("email"))
    message = EmailMessage()
    message["From"] = '"BHXH Việt Nam" <no-reply@baohiemxahoi.gov.vn>'
    message["To"] = "ke-toan@thu.example"
    message["Subject"] = "Kết quả của Nguyễn Thị Á"
    message["Received"] = "from may-cua-ke-toan"
    message.set_content("Mã: 9912345678", cte="base64")
    message.add_alternative("<p>Nguyễn Thị Á</p>", subtype="html")
    message.add_attachment(b"<GiaTri>12340000</GiaTri>", maintype="application", subtype="xml", filename="KetQua.xml")
    message.add_attachment(b"\x89PNG Nguyen", maintype="image", subtype="png", filename="anh.png")
    kept = rewritten(message.as_bytes(), register.hide, readable=True)
    assert search_files([("m.eml", kept)], PLANTED | {"may-cua-ke-toan": "server", "Nguyen": "picture"}) == []
    text = kept.decode()
    assert "To: {ORG:email}\n" in text
    assert "Subject: Kết quả của {PERSON:Hoten}\n" in text
    values = {each: value for value, each in register.values().items()}
    letter = read_letter(rewritten(kept, lambda part: fill(part, values)), dt.datetime.now(dt.UTC))
    assert (letter.subject, letter.sender) == ("Kết quả của Nguyễn Thị Á", "no-reply@baohiemxahoi.gov.vn")
    assert letter.text.strip() == "Mã: 9912345678"
    assert letter.attachments[0].content == b"<GiaTri>12340000</GiaTri>"


def test_a_trace_keeps_its_structure_and_nothing_else(register):
    """No picture of the window, no cookie, no path of this machine; texts have placeholders, the dossier is the new one."""
    register.add("SECRET", "password", "mat-khau-gia", secret_shape)
    typed = {"value": "mat-khau-gia", "localPaths": ["/home/x/d.xml"]}
    events = [
        {"type": "context-options", "options": {"userDataDir": "/home/x", "viewport": {"width": 1}}},
        {"type": "screencast-frame", "sha1": "page.jpeg"},
        {
            "type": "before",
            "params": typed,
            "stack": [{"file": "/home/x/y.py"}],
        },
    ]
    network = [{"snapshot": {"request": {"headers": [{"name": "Cookie", "value": "s=1"}, {"name": "Accept", "value": "*"}]}}}]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("trace.trace", "\n".join(map(json.dumps, events)))
        archive.writestr("trace.network", "\n".join(map(json.dumps, network)))
        archive.writestr("trace.stacks", '{"files": ["/home/x/y.py"]}')
        archive.writestr("resources/a.html", "<p>Nguyễn Thị Á</p>")
        archive.writestr("resources/page.jpeg", b"\xff\xd8")
        archive.writestr("resources/b.dat", DOSSIER)
        archive.writestr("resources/c.txt", f"--x\n{DOSSIER}\n--x")
    content = DOSSIER.encode()
    made = harmless_trace(held.getvalue(), register, {content: harmless(content, register)})
    assert search_files([("t.zip", made)], PLANTED | {"mat-khau-gia": "password", "/home/x": "path", "s=1": "cookie"}) == []
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == ["resources/a.html", "resources/c.txt", "trace.network", "trace.trace"]
        kept = [json.loads(line) for line in archive.read("trace.trace").decode().splitlines()]
    assert [event["type"] for event in kept] == ["context-options", "before"]
    assert kept[1]["params"] == {"value": "{SECRET:password}"}

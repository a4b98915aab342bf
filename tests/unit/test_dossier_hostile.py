"""Files made to do harm: each refused in a sentence, and the memory of a process that looks at all of them stays small."""

import base64
import io
import json
import stat
import subprocess
import sys
import zipfile
import zlib

import pytest

from robot.dossier import Checker, read_head
from robot.errors import DossierUnreadable

GOOD = b"<Hoso><NoiDung><ThongTinHoSo><MaThuTuc>600</MaThuTuc></ThongTinHoSo></NoiDung></Hoso>"
LAUGHS = b"<!DOCTYPE Hoso [<!ENTITY a 'haha'>%s]><Hoso>&j;</Hoso>" % b"".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>".encode() for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def _zip(*entries, how=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def _link():
    info = zipfile.ZipInfo("BHXHDienTu.xml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _zip((info, "/etc/passwd"))


def _lying():
    """A zip whose entry says it has ten bytes and has a hundred megabytes."""
    content = b"<Hoso>" + b"A" * (101 << 20)
    packed = bytearray(_zip(("BHXHDienTu.xml", content)))
    size = len(content).to_bytes(4, "little")
    return bytes(packed.replace(size, (10).to_bytes(4, "little")))


def _gigabyte_zipped():
    """A gigabyte of base64 as the one entry of a zip; packed once for a megabyte, and put there a thousand times."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    megabyte = packer.compress(b"QUJD" * (1 << 18)) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = megabyte * 1024 + zlib.compressobj(1, zlib.DEFLATED, -15).flush()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("BHXHDienTu.xml", stream)
        info = archive.infolist()[0]
        # Said to be packed, as it is (the sum of the bytes is left wrong: a gigabyte is refused before any sum is made).
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, 1 << 30
    return made.getvalue()


# Name -> what makes its bytes (some take a second to make), and the sentence it is refused with.
HOSTILE = {
    "laughs": (lambda: LAUGHS, "dossier_not_xml"),
    "foreign-file": (lambda: b'<!DOCTYPE Hoso [<!ENTITY x SYSTEM "file:///etc/passwd">]><Hoso>&x;</Hoso>', "dossier_not_xml"),
    "foreign-dtd": (lambda: b'<!DOCTYPE Hoso SYSTEM "http://127.0.0.1:9/x.dtd"><Hoso/>', "dossier_not_xml"),
    "laughs-in-utf-16": (lambda: LAUGHS.decode().encode("utf-16"), "dossier_not_xml"),
    "deep": (lambda: b"<Hoso>" + b"<a>" * 2_000_000, "dossier_not_xml"),
    "many-elements": (lambda: b"<Hoso>" + b"<a/>" * 3_000_000 + b"</Hoso>", "dossier_not_xml"),
    "many-attributes": (lambda: b"<Hoso " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>", "dossier_not_xml"),
    "slip": (lambda: _zip(("../BHXHDienTu.xml", GOOD)), "dossier_zip_path"),
    "slip-beside": (lambda: _zip(("BHXHDienTu.xml", GOOD), ("/etc/cron.d/x", b"")), "dossier_zip_path"),
    "slip-windows": (lambda: _zip(("C:BHXHDienTu.xml", GOOD)), "dossier_zip_path"),
    "slip-backslash": (lambda: _zip(("a\\..\\..\\x.xml", GOOD)), "dossier_zip_path"),
    "link": (_link, "dossier_zip_path"),
    "bomb": (lambda: _zip(("BHXHDienTu.xml", b"<Hoso>" + b" " * (90 << 20))), "dossier_zip_bomb"),
    "bomb-of-many": (lambda: _zip(*((f"{n}.xml", b" " * (2 << 20)) for n in range(60))), "dossier_zip_bomb"),
    "lying-size": (_lying, "dossier_zip_broken"),
    "many-entries": (lambda: _zip(*((f"{n}.txt", b"") for n in range(3_000))), "dossier_zip_entries"),
    "two-documents": (lambda: _zip(("a.xml", GOOD), ("b.xml", GOOD)), "dossier_zip_which"),
    "zip-in-zip": (lambda: _zip(("a.zip", _zip(("BHXHDienTu.xml", GOOD)))), "dossier_zip_which"),
    "cut-off": (lambda: _zip(("BHXHDienTu.xml", GOOD))[:-10], "dossier_zip_broken"),
    "empty-in-zip": (lambda: _zip(("BHXHDienTu.xml", b"")), "dossier_empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_do_harm_is_refused_in_a_sentence(name, tmp_path):
    """By the check and by the upload alike, and nothing new lies beside the file afterwards."""
    make, key = HOSTILE[name]
    file = tmp_path / "in" / "dossier.xml"
    file.parent.mkdir()
    file.write_bytes(make())
    with pytest.raises(DossierUnreadable) as refused:
        Checker().check(file)
    assert refused.value.text.key == f"errors.{key}"
    assert str(file) in refused.value.text.say("vi")
    with pytest.raises(DossierUnreadable):
        read_head(file)
    assert [file] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_memory_stays_small_whatever_comes(tmp_path):
    """One process looks at every hostile file and at a gigabyte of base64, plain and zipped, and never holds 300 MB."""
    for name, (make, _) in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
    with (tmp_path / "gigabyte").open("wb") as plain:
        plain.write(b"<Hoso><NoiDung>" + base64.b64encode(bytes(3000)))
        plain.truncate(1 << 30)
    (tmp_path / "gigabyte-zip").write_bytes(_gigabyte_zipped())
    look = """
import json, sys
from pathlib import Path
from robot.dossier import Checker
from robot.errors import DossierUnreadable
checker, said = Checker(), {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    try:
        checker.check(file)
    except DossierUnreadable as refused:
        said[file.name] = refused.text.key
status = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()
print(json.dumps({"said": said, "mb": int(status[0]) // 1024}))
"""
    ran = subprocess.run([sys.executable, "-c", look, tmp_path], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    expected = {name: f"errors.{key}" for name, (_, key) in HOSTILE.items()}
    assert {**expected, "gigabyte": "errors.dossier_too_large", "gigabyte-zip": "errors.dossier_zip_bomb"} == found["said"]
    assert found["mb"] < 300

"""Files made to do harm: each refused in a sentence, and the memory of a process that looks at all of them stays small."""

import base64
import io
import json
import stat
import subprocess
import sys
import zipfile

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


HOSTILE = {
    "laughs": (LAUGHS, "dossier_not_xml"),
    "foreign-file": (b'<!DOCTYPE Hoso [<!ENTITY x SYSTEM "file:///etc/passwd">]><Hoso>&x;</Hoso>', "dossier_not_xml"),
    "foreign-dtd": (b'<!DOCTYPE Hoso SYSTEM "http://127.0.0.1:9/x.dtd"><Hoso/>', "dossier_not_xml"),
    "laughs-in-utf-16": (LAUGHS.decode().encode("utf-16"), "dossier_not_xml"),
    "deep": (b"<Hoso>" + b"<a>" * 2_000_000, "dossier_not_xml"),
    "many-elements": (b"<Hoso>" + b"<a/>" * 3_000_000 + b"</Hoso>", "dossier_not_xml"),
    "many-attributes": (b"<Hoso " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>", "dossier_not_xml"),
    "slip": (_zip(("../BHXHDienTu.xml", GOOD)), "dossier_zip_path"),
    "slip-beside": (_zip(("BHXHDienTu.xml", GOOD), ("/etc/cron.d/x", b"")), "dossier_zip_path"),
    "slip-windows": (_zip(("C:BHXHDienTu.xml", GOOD)), "dossier_zip_path"),
    "slip-backslash": (_zip(("a\\..\\..\\x.xml", GOOD)), "dossier_zip_path"),
    "link": (_link(), "dossier_zip_path"),
    "bomb": (_zip(("BHXHDienTu.xml", b"<Hoso>" + b" " * (90 << 20))), "dossier_zip_bomb"),
    "bomb-of-many": (_zip(*((f"{n}.xml", b" " * (2 << 20)) for n in range(60))), "dossier_zip_bomb"),
    "lying-size": (_lying(), "dossier_zip_broken"),
    "many-entries": (_zip(*((f"{n}.txt", b"") for n in range(3_000))), "dossier_zip_entries"),
    "two-documents": (_zip(("a.xml", GOOD), ("b.xml", GOOD)), "dossier_zip_which"),
    "zip-in-zip": (_zip(("a.zip", _zip(("BHXHDienTu.xml", GOOD)))), "dossier_zip_which"),
    "cut-off": (_zip(("BHXHDienTu.xml", GOOD))[:-10], "dossier_zip_broken"),
    "empty-in-zip": (_zip(("BHXHDienTu.xml", b"")), "dossier_empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_do_harm_is_refused_in_a_sentence(name, tmp_path):
    """By the check and by the upload alike, and nothing new lies beside the file afterwards."""
    content, key = HOSTILE[name]
    file = tmp_path / "in" / "dossier.xml"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(DossierUnreadable) as refused:
        Checker().check(file)
    assert refused.value.text.key == f"errors.{key}"
    assert str(file) in refused.value.text.say("vi")
    with pytest.raises(DossierUnreadable):
        read_head(file)
    assert [file] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_memory_stays_small_whatever_comes(tmp_path):
    """One process looks at every hostile file and at a gigabyte of base64, plain and zipped, and never holds 300 MB."""
    for name, (content, _) in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "gigabyte").open("wb") as plain:
        plain.write(b"<Hoso><NoiDung>" + base64.b64encode(bytes(3000)))
        plain.truncate(1 << 30)
    with (
        zipfile.ZipFile(tmp_path / "gigabyte-zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("BHXHDienTu.xml", "w") as entry,
    ):
        for _ in range(1024):
            entry.write(b"QUJD" * (1 << 18))
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

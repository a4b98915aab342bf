"""Books and folders as runs and nights leave them, for tests of what is told of them: no browser, no portal.

Whatever somebody else may have written (names of organisations and files, the portal's words, a mail's subject) is hostile.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from robot.clock import VIETNAM
from robot.diagnosis import LINKS
from robot.drive.replay import Replayed
from robot.drive.replay.deviation import Deviation
from robot.evidence import RunFolder
from robot.flow.sent import sent_copy
from robot.ledger import Ledger, Signed, tables
from robot.ledger.item import NewItem, Proof
from robot.redaction import Redactor
from robot.report import Cover, make_bundle
from robot.report.replays import as_html
from robot.settings import Settings, load
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.texts import Language

BEGUN = datetime(2026, 11, 22, 21, 0, 5, tzinfo=VIETNAM).astimezone(UTC)
LONG = (
    "Chi nhánh Thành phố Hồ Chí Minh - Công ty Trách nhiệm hữu hạn Một thành viên Đầu tư, Thương mại, Dịch vụ và Xuất nhập khẩu "
    "Giả Định Nghiêng-Ngả"
)
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"></script><script>document.title='hacked'</script>{{ 7*7 }} & 'x'"
TURNED = "cod\u202efdp.exe\u2066\u200f\x00\x07\x1b[31m\u200b"
PHONE, CCCD = "0912345678", "001085012345"
ROWS = """<Hoso><NoiDung><ThongTinDonVi><MaSoBHXH>TZ0101A</MaSoBHXH><MaSoThue>9901000019</MaSoThue></ThongTinDonVi><ThongTinHoSo>
<MaThuTuc>600</MaThuTuc><KyKeKhai>11/2026</KyKeKhai><ToKhais><FileToKhai><MaToKhai>D02-TS</MaToKhai><TenFile>D02-TS-595.xml</TenFile>
<LoaiFile>.xml</LoaiFile><NoiDungFile>{content}</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung></Hoso>"""
PEOPLE = ("Nguyễn Thị Thu Hằng", "Trần Văn Bình An", "Lê Hoàng Minh Đức")
SETTINGS = """language = "vi"
[vault]
backend = "file"
{organisations}"""
ORGANISATION = """[organisations.{key}]
name = {name}
tax_code = "{tax_code}"
province = "Hà Nội"
agency_name = "BHXH cơ sở Bình An"
agency_code = "00131"
email = "{key}@thu.example"
contact = "Nguyễn Thị Thu Hằng"
address = "Số 12, phố Bình An, Hà Nội"
"""
TAX_CODES = ("9901000019", "9901001005", "9901002030", "9901003041", "9901004045", "9901005056", "9901006074")
NAMES = ("Công ty TNHH Hòa Bình", LONG, HOSTILE, f"An Phú {TURNED}", "Sông Lô", "Bạch Đằng", "Kim Liên")
KEYS = ("hoa-binh", "truong-son", "thai-son", "an-phu", "song-lo", "bach-dang", "kim-lien")


def picture(width: int = 320, height: int = 200, colour: tuple[int, int, int] = (11, 79, 148)) -> bytes:
    """A PNG of one colour with a lighter head, as small as they come."""
    head = bytes(colour) * width
    rest = bytes(min(255, part + 120) for part in colour) * width
    lines = b"".join(b"\0" + (head if line < height // 6 else rest) for line in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


@dataclass
class Reported:
    """A robot's home with its books open."""

    file: Path
    settings: Settings
    ledger: Ledger

    @classmethod
    def at(cls, home: Path) -> Reported:
        """A new home with seven organisations."""
        rows = [
            ORGANISATION.format(key=key, name=json.dumps(name), tax_code=code)
            for key, name, code in zip(KEYS, NAMES, TAX_CODES, strict=True)
        ]
        file = home / "robot.toml"
        file.write_text(SETTINGS.format(organisations="".join(rows)), encoding="utf-8")
        settings = load(file)
        return cls(file, settings, Ledger.open(settings.ledger, settings.home))

    def failed(self, organisation: str = "truong-son") -> str:
        """A run whose form stayed away: two pictures, the chain looked along, the native host broken."""
        run = self._run("register", organisation, {})
        self._steps(
            run,
            ("open the registration form", "done", 0.4, 2.2),
            ("fill in the organisation's particulars", "done", 2.6, 3.1),
            ("ask for the form to choose a signature", "form_absent", 5.7, 16.3),
            (HOSTILE, "done", 6.0, 1.0),
        )
        finding = {
            "vi": {
                "link": "host",
                "code": "host_library_missing",
                "cause": "Chương trình của thư viện ký số vss.exe không khởi động được: thiếu VCRUNTIME140.dll",
                "certainty": "certain",
                "remedy": "Cài phần còn thiếu, rồi chạy `vss-robot doctor`.",
                "also": [f"Đồng hồ của máy chậm {TURNED}"],
            },
            "en": {
                "link": "host",
                "code": "host_library_missing",
                "cause": "The program of the signing library vss.exe does not start: VCRUNTIME140.dll is missing",
                "certainty": "certain",
                "remedy": "Install what is missing, then run `vss-robot doctor`.",
                "also": [f"The machine's clock is slow {TURNED}"],
            },
        }
        probes = [
            {"link": link, "code": "x", "state": "ok", "fact": f"{link} {HOSTILE}", "seconds": 0.12}
            for link in LINKS[: LINKS.index("host")]
        ]
        probes.append({"link": "host", "code": "host_library_missing", "state": "broken", "fact": "0xC0000135", "seconds": 0.31})
        probes.append({"link": "driver", "code": "x", "state": "unknown", "fact": "?", "seconds": 0.01})
        folder = RunFolder(self.settings.evidence.folder / run, Redactor(), ())
        folder.write_run(
            {
                "finding_said": finding,
                "probes": {"vi": probes, "en": probes},
                "said": {"vi": "", "en": ""},
                "versions": {"robot": "0.1.0", "browser": "156.0.8078.79", "host": HOSTILE},
                "drifts": [{"page": "login", "element": "captcha", "kind": "fallback", "expected": HOSTILE, "found": TURNED}],
            }
        )
        folder.note("console", kind="error", text=f"{HOSTILE} {TURNED} {PHONE} {CCCD}")
        for number, name in enumerate(("open the registration form", "certificates absent", f"page {HOSTILE}"), start=1):
            shot = f"{number:02d}-{'absent' if 'absent' in name else 'seen'}.png"
            (folder.folder / "screenshots" / shot).write_bytes(picture(colour=(11 + 60 * number, 79, 148)))
            folder.note("pictures", file=shot, name=name)
        alarm = {"kind": "origin", "said": f"{HOSTILE} {PHONE}"}
        self._end(run, "form_absent", 22.4, finding=finding["vi"], alarms=[alarm])
        return run

    def faulty(self, organisation: str = "hoa-binh", name: str = "BHXHDienTu.xml") -> str:
        """A dossier that the portal has taken and found invalid by mail; its file is kept."""
        run = self._run("submit", organisation, {"round_number": "1"})
        self._steps(run, ("log in", "done", 0.2, 8.0), ("choose the dossier", "done", 8.3, 1.5), ("send it", "done", 10.0, 2.0))
        self.ledger.note_signing(run, {"mode": "vendor"})
        sha256 = self._keep_rows()
        number = "03706/2026/07906"
        planned = self.ledger.queue.plan(NewItem(organisation, f"TZ0101A/600/11/2026/{self._next():02}", "/x", name, sha256, 900))
        books = self.ledger.protocol
        item = books.claim(run, 600.0, item=planned.id)
        assert item is not None
        item = books.intend(books.signed(books.prepared(item)), {})
        self.ledger.count_signature(run, Signed("vendor", "https://gddt.baohiemxahoi.gov.vn"))
        proofs = (Proof("page", number), Proof("network", number))
        item = books.done(books.accept(item, {"kind": "dossier", "number": number, "at": ""}, proofs))
        self._end(run, "done", 13.0, receipt={"kind": "dossier", "number": number, "at": ""})
        self.ledger.book_verdict(
            organisation,
            f"<{run}@mail>",
            "invalid",
            item.effect,
            number=number,
            head={"subject": f"{HOSTILE} {TURNED}", "received": "22/11/2026"},
            faults={"vi": faults("vi"), "en": faults("en")},
            text="",
            said={"vi": HOSTILE, "en": HOSTILE},
        )
        return run

    def _keep_rows(self) -> str:
        people = "".join(
            f"<LaoDong><STT>{n}</STT><pa>TM</pa><Hoten>{name}</Hoten><Masobhxh>{'01' * 4}{n}</Masobhxh>"
            f"<CCCD>{CCCD}</CCCD><chucVu>Nhân viên kế toán</chucVu><tienLuong>{7_000_000 if n != 2 else 0}</tienLuong>"
            f"<tuThang>11/2026</tuThang></LaoDong>"
            for n, name in enumerate(PEOPLE, start=1)
        )
        form = f"<D02-TS><MaDonVi>TZ0101A</MaDonVi><DanhSach>{people}</DanhSach></D02-TS>".encode()
        held = ROWS.format(content=base64.b64encode(form).decode()).encode()
        sha256 = hashlib.sha256(held).hexdigest()
        place = sent_copy(self.settings.home, sha256)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(held)
        return sha256

    def _next(self) -> int:
        return len(self.ledger.queue.items()) + 1

    def _run(self, flow: str, organisation: str, parameters: dict[str, str]) -> str:
        return self.ledger.begin_run(flow, organisation, parameters, self.settings.evidence.folder)

    def _steps(self, run: str, *steps: tuple[str, str, float, float]) -> None:
        """Steps with outcome, begin and length in seconds since the run's begin."""
        for name, outcome, begin, seconds in steps:
            step = self.ledger.begin_step(run, name)
            self.ledger.end_step(step, outcome)
            at = BEGUN + timedelta(seconds=begin)
            with self.ledger.store.writing() as books:
                change = update(tables.steps).where(tables.steps.c.id == step)
                books.execute(change.values(started=at, ended=at + timedelta(seconds=seconds)))

    def _end(self, run: str, outcome: str, seconds: float, **facts: Any) -> None:
        self.ledger.end_run(run, outcome, **facts)
        with self.ledger.store.writing() as books:
            change = update(tables.runs).where(tables.runs.c.id == run)
            books.execute(change.values(started=BEGUN, ended=BEGUN + timedelta(seconds=seconds)))


def faults(language: str) -> Sequence[dict[str, Any]]:
    """Three faults of two rows, and one of the form as a whole, as `Fault.as_json` has them."""
    vietnamese = language == "vi"

    def fault(row: int | None, field: str, label: str, value: str, says: str, mend: str) -> dict[str, Any]:
        return {
            "file": "BHXHDienTu.xml",
            "form": "D02-TS",
            "inner": "",
            "row": row,
            "field": field,
            "label": label,
            "value": value,
            "rule": "x",
            "says": says,
            "mend": mend,
            "severity": "error",
            "guess": False,
        }

    mend = "Sửa trong KBHXH rồi lập lại hồ sơ." if vietnamese else "Correct it in KBHXH and make the dossier again."
    above = "phải lớn hơn 0" if vietnamese else "must be above 0"
    digits = "phải là 10 chữ số" if vietnamese else "must have 10 digits"
    return [
        fault(2, "tienLuong", "Tiền lương hoặc hệ số", "0", above, mend),
        fault(2, "Masobhxh", "Mã số BHXH", "•••••••12", digits, mend),
        fault(3, "ghiChu", "Ghi chú", HOSTILE[:60], f"{HOSTILE} {TURNED}", mend),
        fault(None, "NgayLap", "Ngày lập", "", digits, mend),
    ]


def bundle_page(reported: Reported, organisation: str = "truong-son") -> str:
    """The first page of the bundle of a run that has failed."""
    run = reported.ledger.run(reported.failed(organisation))
    out = reported.settings.home / f"{run.id}.zip"
    make_bundle(run, reported.ledger, reported.settings, Cover(Redactor(), reported.settings), out)
    with zipfile.ZipFile(out) as archive:
        return archive.read("index.html").decode()


def replays_page(language: Language) -> str:
    """A page of three replays: one passed, one drifted, one failed, with what recordings and portal say of them hostile."""
    folder = Path(f"{LONG} {HOSTILE} {TURNED}")
    said = Text("errors.refused", {"said": f"{HOSTILE} {TURNED}"})
    drifted = (Deviation("drifted", HOSTILE, "captcha", said), Deviation("drifted", "log in", TURNED, said))
    return as_html(
        [
            Replayed(Path("đăng ký"), "register", "passed", 1.2, 30.0, "done", warning=said),
            Replayed(folder, HOSTILE, "drifted", 1.2, 30.0, "done", drifted, picture=picture()),
            Replayed(folder, "submit", "failed", 0.2, 30.0, "failed", (Deviation("failed", "log in", TURNED, said),)),
        ],
        language,
    )

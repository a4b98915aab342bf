"""Portals that have changed: copies of recordings in whose exchanges one thing is another, and what a replay must say of each.

A mutant says in which step the robot must stop, whether the page has drifted or the run has failed there, and what is named
first.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

REGISTER: Final = "registered"
SUBMIT: Final = "accepted"
FOUND: Final = "unknown-then-found"
ONBOARD: Final = "wrong-code-then-registered-again"
OPEN, FILL = "open the registration form", "fill in the organisation's particulars"
ASK, CHOOSE = "ask for the form to choose a signature", "choose the organisation's certificate"
SIGN, LOG_IN = "sign and send the registration", "log in"
FILE, SEND = "choose the dossier's file", "sign and send the dossier"
ACTIVATE, LIST, SENDS = "open the page that the mail links to", "/ho-so/tra-cuu", "/api/ho-so"
FORM, CHECK, TAKE = "/dang-ky", "/api/dang-ky/kiem-tra", "/api/dang-ky"
PAGE, PAGE_SIGNING, PAGE_FORMS = "/static/registration.js", "/static/signing.js", "/static/form.js"


@dataclass(frozen=True)
class Edit:
    """One change of the answers to a path: a text in the body (each occurrence), or the status."""

    path: str
    was: str = ""
    now: str = ""
    status: int | None = None


@dataclass(frozen=True)
class Mutant:
    """A changed portal, and how its replay must end: state, step, and what the first deviation's name contains.

    `sends` is what may have been sent before: it shows itself only in the answer to that, or later.
    """

    name: str
    edits: tuple[Edit, ...]
    state: str
    step: str
    named: str
    recording: str = REGISTER
    sends: str = ""


class NotMutatedError(Exception):
    """The recording does not have what a mutant would change."""


def mutate(mutant: Mutant, recordings: Path, folder: Path) -> Path:
    """The mutant's copy of its recording, in a new folder below `folder`.

    Raises:
        NotMutatedError: an edit finds nothing to change.
    """
    copy = folder / mutant.name.replace(" ", "-")
    shutil.copytree(recordings / mutant.recording, copy, ignore=shutil.ignore_patterns("trace", "screenshots"))
    without = copy / "recording.json"
    facts = json.loads(without.read_text(encoding="utf-8"))
    for step in facts["steps"]:
        step["screenshot"] = None
    without.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    file = copy / "exchanges.har"
    har = json.loads(file.read_text(encoding="utf-8"))
    for edit in mutant.edits:
        if not _edited(har["log"]["entries"], edit):
            message = f"{mutant.name}: nothing to change at {edit.path}: {edit.was!r}"
            raise NotMutatedError(message)
    file.write_text(json.dumps(har, ensure_ascii=False), encoding="utf-8")
    return copy


def _edited(entries: Sequence[dict[str, Any]], edit: Edit) -> int:
    """How many answers were changed."""
    done = 0
    for entry in entries:
        content = entry["response"]["content"]
        if urlsplit(entry["request"]["url"]).path != edit.path or edit.was not in content.get("text", ""):
            continue
        if edit.was:
            content["text"] = content["text"].replace(edit.was, edit.now)
            content["size"] = len(content["text"].encode())
        if edit.status is not None:
            entry["response"]["status"] = edit.status
        done += 1
    return done


def _page(name: str, was: str, now: str, named: str, step: str = OPEN, state: str = "drifted") -> Mutant:
    return Mutant(name, (Edit(FORM, was, now),), state, step, named)


def _script(name: str, file: str, was: str, now: str, named: str, step: str = ASK) -> Mutant:
    return Mutant(name, (Edit(file, was, now),), "failed", step, named)


def _answer(name: str, was: str, now: str, named: str) -> Mutant:
    return Mutant(name, (Edit(TAKE, was, now),), "failed", SIGN, named, sends=TAKE)


def _swapped(one: str, other: str) -> tuple[Edit, ...]:
    """Two texts of the form in one another's place."""
    return Edit(FORM, one, "\0"), Edit(FORM, other, one), Edit(FORM, "\0", other)


NEW_FIELD: Final = (
    '<div class="field"><label for="Moi">{}</label><input id="Moi" name="Moi" formcontrolname="Moi" type="text"{}></div>'
)
PHONE: Final = 'formcontrolname="DienThoai" type="text"'
END: Final = '<p class="buttons"><button type="submit"'
MUTANTS: Final = (
    _page("label", ">Mã số thuế", ">MST của đơn vị", "Mã số thuế"),
    _page("heading", "<h1>Tờ khai đăng ký", "<h1>Phiếu đăng ký", "Tờ khai đăng ký"),
    _page("button", "disabled>Đăng ký</button>", "disabled>Gửi đi</button>", 'button "Đăng ký"'),
    _page("agency button", "Chọn cơ quan BHXH</button>", "Chọn nơi nộp</button>", "Chọn cơ quan BHXH"),
    _page("menu", ">Tra cứu hồ sơ</a>", ">Hồ sơ đã nộp</a>", "Tra cứu hồ sơ"),
    _page("new required field", END, NEW_FIELD.format("Mã số BHXH", " data-required") + END, "Mã số BHXH"),
    _page("new field", END, NEW_FIELD.format("Ghi chú", "") + END, "Ghi chú"),
    _page("removed field", f'name="DienThoai" {PHONE}', 'type="hidden"', "Điện thoại"),
    _page("field of another kind", PHONE, 'formcontrolname="DienThoai" type="number"', "Điện thoại"),
    _page("disabled field", f"{PHONE} value", f"{PHONE} disabled value", "Điện thoại"),
    _page("choice removed", '<option value="1" selected>Nhận bản điện tử</option>', "", "Nhận bản điện tử"),
    _page("choice renamed", ">Nhận bản điện tử<", ">Qua mạng<", "Nhận bản điện tử"),
    Mutant("order", _swapped("NgayLap", "NgayDangKy") + _swapped(">Ngày lập ", ">Ngày đăng ký "), "drifted", OPEN, "Ngày"),
    _page(
        "dialog",
        "<main",
        '<div role="dialog" aria-label="Thông báo bảo trì">Cổng bảo trì tối nay</div><main',
        "Thông báo bảo trì",
    ),
    _page("notice", "<h1>Tờ khai", "<p>Từ tháng sau dùng mẫu mới.</p><h1>Tờ khai", "Từ tháng sau dùng mẫu mới."),
    _page("technical name", 'formcontrolname="MaSoThue"', 'formcontrolname="maSoThue"', CHECK, ASK, "failed"),
    _page("agency code", "data-code=", "data-ma=", "Chọn cơ quan BHXH", FILL),
    Mutant("page gone", (Edit(FORM, "<main", "<main hidden"), Edit(FORM, status=404)), "drifted", OPEN, ""),
    Mutant("script gone", (Edit(PAGE, status=404),), "drifted", OPEN, "Chọn cơ quan BHXH"),
    Mutant("script broken", (Edit(PAGE, "ready(form);", "ready(form"),), "drifted", OPEN, "Chọn cơ quan BHXH"),
    _script("slower script", PAGE, "const digest", "await new Promise((go) => setTimeout(go, 60_000)); const digest", "form"),
    _script(
        "captcha of six", PAGE_FORMS, 'value.trim() === ""', 'value.trim().length < (input.id === "textCaptcha" ? 6 : 1)', "form"
    ),
    _script("path asked", PAGE, "/api/dang-ky/kiem-tra", "/api/v2/dang-ky/kiem-tra", "/api/v2/dang-ky/kiem-tra"),
    _script("key asked", PAGE, 'kiem-tra", fields(form)', 'kiem-tra", { toKhai: fields(form) }', CHECK),
    _script("signing object", PAGE_SIGNING, "window.TokenSigning", "window.VssSigning", "form"),
    _script(
        "signing dialog",
        PAGE_SIGNING,
        'id: "certificate-form", title: "Chọn chữ ký số"',
        'id: "c", title: "Chứng thư số"',
        "form",
    ),
    _script("another digest", PAGE_SIGNING, 'type: "SHA-256"', 'type: "SHA-512"', "host", SIGN),
    _script("certificate's mark", PAGE_SIGNING, "row.dataset.taxCode", "row.dataset.mst", CHOOSE, CHOOSE),
    Mutant("confirm button", (Edit(PAGE_SIGNING, "Xác nhận", "Đồng ý"),), "drifted", ASK, "Xác nhận"),
    Mutant("another question", (Edit(PAGE_SIGNING, '"p", "buttons"', '"p", "buttons", "Ký?"'),), "drifted", ASK, "Ký?"),
    Mutant("key answered", (Edit(CHECK, '"nonce"', '"ma"'),), "failed", ASK, "form"),
    Mutant("status code", (Edit(CHECK, status=503),), "failed", ASK, ASK),
    Mutant("toast", (Edit(CHECK, '"ok":true', '"ok":false,"message":"Hệ thống tạm dừng tiếp nhận"'),), "failed", ASK, "form"),
    _answer("number's key", '"number"', '"soDangKy"', SIGN),
    _answer("another number", '"number":"DK', '"number":"XX', "receipt"),
    _answer("refused in words", '"ok":true', '"ok":false,"message":"Chứng thư số chưa được đăng ký"', SIGN),
    Mutant("answer's status", (Edit(TAKE, status=500),), "failed", SIGN, SIGN, sends=TAKE),
    Mutant("success text", (Edit(PAGE, "Đăng ký thành công", "Hoàn tất"),), "failed", SIGN, SIGN, sends=TAKE),
    Mutant("upload's label", (Edit("/ho-so/nop", ">Tệp hồ sơ <", ">Chọn tệp <"),), "drifted", FILE, "Tệp hồ sơ", SUBMIT),
    Mutant(
        "upload's button", (Edit("/ho-so/nop", "disabled>Nộp hồ sơ<", "disabled>Gửi<"),), "drifted", FILE, "Nộp hồ sơ", SUBMIT
    ),
    Mutant("upload's summary", (Edit("/ho-so/nop", "Kỳ kê khai", "Tháng"),), "drifted", FILE, "Kỳ kê khai", SUBMIT),
    Mutant(
        "upload's check",
        (Edit("/api/ho-so/kiem-tra", '"ok":true', '"ok":false,"message":"Hồ sơ bị trùng"'),),
        "failed",
        ASK,
        "form",
        SUBMIT,
    ),
    Mutant("account's menu", (Edit("/trang-chu", "accountMenuBtn", "userMenu"),), "failed", LOG_IN, LOG_IN, SUBMIT),
    Mutant(
        "log-in's answer",
        (Edit("/api/dang-nhap", '"ok":true', '"ok":false,"message":"Tài khoản tạm khóa"'),),
        "failed",
        LOG_IN,
        "GET /captcha.png",
        SUBMIT,
    ),
    Mutant(
        "dossier number",
        (Edit("/static/upload.js", "answer.number", "answer.so"),),
        "failed",
        SEND,
        LIST,
        SUBMIT,
        sends=SENDS,
    ),
    Mutant(
        "receipt",
        (Edit("/ho-so/nop", 'id="receipt"', 'id="bien-nhan"'), Edit("/static/upload.js", '"receipt"', '"bien-nhan"')),
        "failed",
        SEND,
        LIST,
        SUBMIT,
        sends=SENDS,
    ),
    Mutant("status", (Edit(LIST, ">Đã tiếp nhận<", ">Chờ phân công<"),), "drifted", SEND, "Đã tiếp nhận", FOUND, sends=SENDS),
    Mutant("column", (Edit(LIST, "<th>Trạng thái<", "<th>Tình trạng<"),), "failed", SEND, SEND, FOUND, sends=SENDS),
    Mutant(
        "code's label",
        (Edit("/kich-hoat", ">Mã kích hoạt <", ">Mã xác thực <"),),
        "drifted",
        ACTIVATE,
        "Mã kích hoạt",
        ONBOARD,
        TAKE,
    ),
    Mutant(
        "activation's button", (Edit("/kich-hoat", ">Kích hoạt</b", ">Xong</b"),), "failed", ACTIVATE, "consent", ONBOARD, TAKE
    ),
)

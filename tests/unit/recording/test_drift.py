"""Drift between two recordings: each kind of change is named once, where it is first seen, with how much it matters."""

import pytest

from robot.recording.aria import elements
from robot.recording.drift import Form, Look, Side, compare
from robot.recording.exchanges import Exchange, Posted
from robot.recording.forms import fields
from robot.recording.touching import touched
from robot.texts import LANGUAGES

ARIA = """\
- banner:
  - link "Trang chủ":
    - /url: /
- main:
  - heading "Tờ khai đăng ký" [level=1]
  - textbox "Mã số thuế": "{ORG:tax_code}"
  - textbox "Tên đơn vị": "{ORG:name}"
  - combobox "Nhận kết quả":
    - option "Bản điện tử" [selected]
  - text: Ngày lập
  - textbox "Ngày lập": "{DAY:0}"
  - button "Đăng ký"
  - paragraph: Tổng đài 1900 0000
"""
HTML = """<form><label for="a">Mã số thuế <span>*</span></label>
<input id="a" formcontrolname="MaSoThue" maxlength="14" data-required>
<label for="b">Tên đơn vị</label><input id="b" formcontrolname="TenDoiTuong" maxlength="300">
<img src="/c.png" alt="captcha" width="120" height="40"></form>"""


def _call(*parts):
    step, kind, method, path, mime, body, status, posted = parts
    posted = Posted("application/json", posted) if posted else None
    return Exchange(
        step,
        0,
        0,
        kind,
        method,
        f"https://portal.example{path}",
        status,
        (),
        posted,
        "",
        (("content-type", mime),),
        body.encode(),
    )


CALLS = [
    (0, "document", "GET", "/dang-ky?loai=1", "text/html; charset=utf-8", HTML, 200, None),
    (0, "script", "GET", "/static/form.js", "text/javascript", "let a = 1", 200, None),
    (1, "fetch", "POST", "/api/dang-ky", "application/json", '{"ok": true, "number": "DK-7"}', 200,
     '{"fields": {"Email": "a"}, "size": {FILE:size}}'),
]  # fmt: skip
KNOWN = touched(["Mã số thuế", "Tên đơn vị", "Ngày lập", "Đăng ký"], ["MaSoThue", "TenDoiTuong"], ["Tờ khai"])


def _side(aria=ARIA, html=HTML, calls=CALLS, steps=("open", "send")):
    looks = tuple(Look(step, "/dang-ky", elements(aria)) for step in steps)
    return Side("register", looks, {"/dang-ky": Form("open", fields(html))}, [_call(*call) for call in calls])


def _told(new, old=None):
    return [(one.kind, one.step, one.name, one.was, one.now, one.severity) for one in compare(old or _side(), new, KNOWN).changes]


def _with(place, part, value):
    """The calls with one part of one of them changed."""
    return [(*call[:part], value, *call[part + 1 :]) if number == place else call for number, call in enumerate(CALLS)]


def test_the_same_page_with_other_values_is_no_drift():
    """What fields hold, numbers, dates and placeholders are not compared; neither is where the focus is."""
    other = ARIA.replace("{ORG:tax_code}", "0123456789").replace("{DAY:0}", "22/11/2026").replace("1900 0000", "1900 1111")
    other = other.replace('- button "Đăng ký"', '- button "Đăng ký" [active]')
    assert compare(_side(), _side(other), KNOWN).changes == ()


ON_THE_PAGE = {
    "renamed": (('textbox "Mã số thuế"', 'textbox "MST"'), ("renamed", 'textbox "Mã số thuế"', "Mã số thuế", "MST", "breaks")),
    "gone": (('  - textbox "Tên đơn vị": "{ORG:name}"\n', ""), ("gone", 'textbox "Tên đơn vị"', "", "", "breaks")),
    "new": (("  - button", '  - textbox "Ghi chú"\n  - button'), ("new", 'textbox "Ghi chú"', "", "", "look")),
    "retyped": (
        ('textbox "Tên đơn vị"', 'combobox "Tên đơn vị"'),
        ("retyped", 'textbox "Tên đơn vị"', "textbox", "combobox", "breaks"),
    ),
    "disabled": (('button "Đăng ký"', 'button "Đăng ký" [disabled]'), ("state", 'button "Đăng ký"', "", "disabled", "breaks")),
    "untouched": (('combobox "Nhận', 'combobox "Cách nhận'),
                  ("renamed", 'combobox "Nhận kết quả"', "Nhận kết quả", "Cách nhận kết quả", "look")),
    "text": (("Tổng đài", "Đường dây"),
             ("text", 'paragraph "Tổng đài 1900 0000"', "Tổng đài 1900 0000", "Đường dây 1900 0000", "note")),
    "heading": (('"Tờ khai', '"Khai'),
                ("renamed", 'heading "Tờ khai đăng ký"', "Tờ khai đăng ký", "Khai đăng ký", "breaks")),
    "dialog": (("- main:", '- dialog "Thông báo":\n  - text: Xin chào\n- main:'),
               ("new", 'dialog "Thông báo"', "", "", "breaks")),
}  # fmt: skip


@pytest.mark.parametrize("case", ON_THE_PAGE)
def test_what_changed_on_the_page_is_named_once_at_the_first_step(case):
    """Both steps show it; the second is one of its places."""
    (was, now), (kind, name, before, after, severity) = ON_THE_PAGE[case]
    assert was in ARIA
    found = compare(_side(), _side(ARIA.replace(was, now)), KNOWN).changes
    assert (kind, "open", name, before, after, severity) == _told(_side(ARIA.replace(was, now)))[0]
    assert found[0].places == ("send",)
    assert len(found) == (2 if case == "dialog" else 1)


def test_another_order_and_another_step_are_no_loss():
    """A field that stands elsewhere has been reordered; one that a later step shows has moved."""
    lines = ARIA.splitlines(keepends=True)
    row = next(line for line in lines if "Tên đơn vị" in line)
    swapped = ARIA.replace(row, "").replace("  - button", f"{row}  - button")
    assert [("reordered", "open", 'textbox "Tên đơn vị"', "", "", "look")] == _told(_side(swapped))
    two = Side("register", (Look("open", "/a", elements(ARIA)), Look("next", "/b", elements("- main:"))), {}, None)
    without = Look("open", "/a", elements(ARIA.replace(row, "")))
    moved = Side("register", (without, Look("next", "/b", elements("- main:\n" + row))), {}, None)
    assert [("moved", "open", 'textbox "Tên đơn vị"', "open", "next", "breaks")] == _told(moved, two)


FORMS = {
    "control": (("TenDoiTuong", "tenDonVi"), ("control", "Tên đơn vị", "TenDoiTuong", "tenDonVi")),
    "required": (('maxlength="300"', 'maxlength="300" required'),
                 ("required", "Tên đơn vị (TenDoiTuong)", "optional", "required")),
    "length": (('maxlength="14"', 'maxlength="10"'), ("size", "Mã số thuế (MaSoThue)", "14", "10")),
    "kind": (('formcontrolname="MaSoThue"', 'type="tel" formcontrolname="MaSoThue"'),
             ("retyped", "Mã số thuế (MaSoThue)", "input", "tel")),
    "captcha": (('width="120"', 'width="240"'), ("size", "captcha", "120x40", "240x40")),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_what_a_snapshot_does_not_show_is_read_from_the_html(case):
    """The control's name, whether it is required, its kind and size."""
    (was, now), expected = FORMS[case]
    assert was in HTML
    (found,) = compare(_side(), _side(html=HTML.replace(was, now)), KNOWN).changes
    assert expected == (found.kind, found.name, found.was, found.now)


def test_a_new_required_field_is_told_once_and_breaks():
    """Snapshot and HTML both show it: it is one change, with its control."""
    html = HTML.replace("<img", '<label for="z">Mã BHXH</label><input id="z" formcontrolname="MaBhxh" required><img')
    aria = ARIA.replace("  - button", '  - textbox "Mã BHXH"\n  - button')
    assert [("new_required", "open", 'textbox "Mã BHXH"', "", "MaBhxh", "breaks")] == _told(_side(aria, html))


PATH, BODY, STATUS, POSTED = 3, 5, 6, 7
CALLED = {
    "path": (2, PATH, "/api/v2/dang-ky",
             [("call_gone", "send", "POST /api/dang-ky", "", "", "breaks"),
              ("call_new", "send", "POST /api/v#/dang-ky", "", "", "look")]),
    "asked": (2, POSTED, '{"fields": {"email": "a"}, "size": 1}',
              [("asks_gone", "send", "POST /api/dang-ky", "fields.Email", "", "breaks"),
               ("asks_new", "send", "POST /api/dang-ky", "", "fields.email", "breaks")]),
    "told": (2, BODY, '{"ok": true, "so": "DK-7"}',
             [("tells_gone", "send", "POST /api/dang-ky", "number", "", "breaks"),
              ("tells_new", "send", "POST /api/dang-ky", "", "so", "note")]),
    "type": (2, BODY, '{"ok": true, "number": 7}',
             [("tells_type", "send", "POST /api/dang-ky", "number: text", "number: number", "breaks")]),
    "status": (2, STATUS, 422, [("status", "send", "POST /api/dang-ky", "200", "422", "breaks")]),
    "script": (1, BODY, "let a = 2", [("content", "open", "GET /static/form.js", "", "", "look")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLED)
def test_addresses_and_keys_are_compared_by_their_shape(case):
    """Values are not: another number of a registration is no change, another key is."""
    place, part, value, expected = CALLED[case]
    assert expected == _told(_side(calls=_with(place, part, value)))
    assert _told(_side(calls=_with(2, BODY, '{"ok": false, "number": "DK-8"}'))) == []


def test_steps_are_compared_first():
    """A step that is new, gone or elsewhere breaks; its page is not compared with another step's."""
    old = _side(calls=[])
    assert [("step_new", "ask", "ask", "", "", "breaks")] == _told(_side(calls=[], steps=("open", "ask", "send")), old)
    assert [("step_gone", "send", "send", "", "", "breaks")] == _told(_side(calls=[], steps=("open",)), old)
    assert [("step_order", "open", "open", "", "send", "breaks")] == _told(_side(calls=[], steps=("send", "open")), old)


def test_a_report_says_each_change_in_both_languages():
    """With the counts by severity, and whether a flow touches any of it."""
    report = compare(_side(), _side(ARIA.replace('"Mã số thuế"', '"MST"'), calls=_with(2, STATUS, 500)), KNOWN)
    for language in LANGUAGES:
        told = report.as_json(language)
        assert (told["drift"], told["breaks"], told["look"], told["note"]) == (True, 2, 0, 0)
        assert all("{" not in one["said"] for one in told["changes"])
    assert not compare(_side(), _side(ARIA.replace("Tổng đài", "Đường dây")), KNOWN).breaks

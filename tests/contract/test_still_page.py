"""A page held still, in a real browser: what it says stays, what was typed into covered fields, scripts and queries do not."""

import pytest

from robot.browser.find import find_browser
from robot.browser.launch import as_root
from robot.evidence import RunFolder, hold_still
from robot.redaction import Redactor

PAGE = """<!doctype html><html lang="vi"><head><title>Đăng ký</title><meta name="csrf-token" content="T0KEN-1">
<script>window.secret = 'SCR1PT'</script></head><body onload="void 'HANDLER'" style="height: 3000px; margin: 0">
<form><label>Tên <input id="ten"></label><label>Mật khẩu <input type="password" id="mk"></label>
<label>Điện thoại <input id="dt" formcontrolname="DienThoai"></label><label>Đợt <input id="dot" formcontrolname="Dot"></label>
<input type="hidden" value="N0NCE-9"><select id="kq"><option>một</option><option>hai</option></select>
<label>Ghi chú <textarea id="gc"></textarea></label><label><input type="checkbox" id="tc"> Tổ chức</label></form>
<a href="https://portal.example/kich-hoat?ma=C0DE-7#x">mở</a></body></html>"""


@pytest.fixture
def typed(playwright):
    """A page of a real browser in which somebody has typed."""
    program = find_browser(None, playwright.chromium.executable_path)
    browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=not as_root())
    try:
        page = browser.new_page(viewport={"width": 600, "height": 400})
        page.set_content(PAGE)
        for field, value in (("ten", "Hòa Bình"), ("mk", "Mật-9"), ("dt", "0240000101"), ("dot", "7"), ("gc", "chờ")):
            page.fill(f"#{field}", value)
        page.select_option("#kq", "hai")
        page.check("#tc")
        yield page
    finally:
        browser.close()


def test_what_a_page_says_is_kept_and_what_it_hides_is_not(typed, tmp_path):
    """DOM and aria snapshot hold the values of plain fields and none of the covered ones; the page itself is not changed."""
    folder = RunFolder(tmp_path, Redactor(), ["input[type=password]"], ["[formcontrolname=DienThoai]", "[formcontrolname=Dot]"])
    picture = hold_still(typed, folder, "the form")
    assert picture is not None
    assert [file.name for file in folder.screenshots()] == ["01-the-form-absent.png", "02-whole-page-without-the-form.png"]
    window, whole = (int.from_bytes(file.read_bytes()[20:24]) for file in folder.screenshots())
    assert (window, whole) == (400, 3000)
    dom = (tmp_path / "page" / "01-the-form.html").read_text(encoding="utf-8")
    tree = (tmp_path / "page" / "01-the-form.aria.yaml").read_text(encoding="utf-8")
    for text in (dom, tree):
        assert "Hòa Bình" in text
        assert "https://portal.example/kich-hoat" in text
        hidden = ("Mật-9", "0240000101", "T0KEN-1", "SCR1PT", "HANDLER", "N0NCE-9", "C0DE-7")
        assert [secret for secret in hidden if secret in text] == []
    assert 'textbox "Đợt": •••' in tree
    assert '<option selected="">hai</option>' in dom
    assert ">chờ</textarea>" in dom
    assert "default-src 'none'" in dom
    assert (typed.input_value("#mk"), typed.input_value("#dt")) == ("Mật-9", "0240000101")


def test_a_page_that_is_gone_is_no_error(typed, tmp_path):
    """A browser that has closed the page leaves no picture, and no exception over the finding."""
    folder = RunFolder(tmp_path, Redactor(), ())
    typed.close()
    assert hold_still(typed, folder, "the form") is None
    assert folder.screenshots() == []

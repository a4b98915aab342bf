"""The shipped map against the portal's real pages, in a real Chromium; and pages that have changed."""

import pytest

from robot.errors import PageUnexpected
from robot.portalmap import Page, Table, Way, load_map
from robot.portalmap.drift import Drift
from robot.portalmap.finding import Finder
from robot.portalmap.tables import read_table

pytestmark = pytest.mark.browser
HOST = "https://gddt.baohiemxahoi.gov.vn"


@pytest.fixture
def drifts() -> list[Drift]:
    return []


@pytest.fixture
def finder(live, drifts):
    def make(name: str, page: Page | None = None, root=None) -> Finder:
        return Finder(name, page or load_map().pages[name], lambda: live, drifts.append, root)

    return make


PAGES = [("registration", "/dang-ky?loaidoituong=1"), ("login", "/dang-nhap"), ("activation", "/kich-hoat")]


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_every_way_to_each_element_of_a_page_finds_that_element(live, finder, drifts, name, path):
    """No fallback of the shipped map is only there for show: each finds what the first way finds."""
    live.goto(HOST + path)
    whole = finder(name)
    parts = [(whole, live)]
    if "captcha" in whole.page.parts:
        form = whole.one("form", {}, 1)
        parts.append((finder("captcha", root=lambda: form), form))
    for part, root in parts:
        for element, known in part.page.elements.items():
            if known.later:
                continue
            found = part.one(element, {}, 1).element_handle()
            for way in known.find:
                other = way.on(part.one(known.within, {}, 1) if known.within else root, {}).element_handle(timeout=1000)
                assert live.evaluate("([one, other]) => one === other", [found, other]), (element, way)
    assert [] == drifts


def test_what_plain_selectors_find_is_found_by_one_call(live, finder, monkeypatch):
    """After `settle` an element with a plain first way costs no further call."""
    live.goto(HOST + "/dang-nhap")
    page = finder("login")
    page.settle()
    calls: list[str] = []
    monkeypatch.setattr("playwright.sync_api.Locator.count", lambda _: calls.append("count"))
    page.one("user_name", {}, 1)
    page.one("password", {}, 1)
    assert [] == calls


def page_of(**elements) -> Page:
    return Page.model_validate({"about": "trang thử", "elements": elements})


def test_a_fallback_is_told_and_the_first_way_is_waited_for(live, finder, drifts):
    """A field that was renamed is found by its label, and said; one that is drawn late is found by its first way, in silence."""
    live.set_content("""<form><label for=a>Mã</label><input id=a formcontrolname=MaMoi>
      <label for=b>Tên</label><input id=b></form>
      <script>setTimeout(() => document.getElementById('b').setAttribute('formcontrolname', 'Ten'), 200)</script>""")
    page = page_of(
        code={"find": [{"control": "Ma"}, {"role": "textbox", "name": "Mã"}]},
        name={"find": [{"control": "Ten"}, {"label": "Tên"}]},
    )
    found = finder("thử", page)
    assert "a" == found.one("code", {}, 1).get_attribute("id")
    assert "b" == found.one("name", {}, 1).get_attribute("id")
    assert [Drift("thử", "code", "fallback", "control Ma", 'textbox "Mã"')] == drifts
    assert ['thử.code: textbox "Mã" ≠ control Ma'] == found.fallbacks("code", {})
    assert [] == found.fallbacks("name", {})


def test_what_stands_there_twice_is_never_guessed(live, finder, drifts):
    """The first way that finds exactly one is taken and told; where none does, the element is named and nothing is taken."""
    live.set_content("<button>Gửi</button><button id=that>Gửi</button><p>x</p>")
    page = page_of(
        send={"find": [{"role": "button", "name": "Gửi"}, {"css": "#that"}]},
        other={"find": [{"css": "button"}]},
        gone={"find": [{"css": "#gone"}, {"label": "gone"}]},
    )
    found = finder("thử", page)
    assert "that" == found.one("send", {}, 0.1).get_attribute("id")
    assert ["ambiguous"] == [drift.kind for drift in drifts]
    with pytest.raises(PageUnexpected, match=r"other \(css button\) stands on the page 2 times"):
        found.one("other", {}, 0.1)
    with pytest.raises(PageUnexpected, match=r"gone \(css #gone\) is not on the page"):
        found.one("gone", {}, 0.1)


def test_what_was_found_by_a_fallback_taints_what_stands_in_it(live, finder):
    """The button itself is found as the map says; the dialog that it stands in is not."""
    live.set_content("<div role=dialog id=d aria-label=Khác><button>Ký</button></div>")
    page = page_of(
        form={"find": [{"role": "dialog", "name": "Chọn"}, {"css": "#d"}]},
        sign={"within": "form", "effect": True, "find": [{"role": "button", "name": "Ký"}]},
    )
    found = finder("thử", page)
    found.one("sign", {}, 1)
    assert ['thử.form: css #d ≠ dialog "Chọn"'] == found.fallbacks("sign", {})


def test_a_value_cannot_break_out_of_a_selector(live, finder):
    """What fills a selector is quoted."""
    live.set_content("""<p data-code='1"]'>đúng</p><p data-code="1">sai</p>""")
    found = finder("thử", page_of(row={"find": [{"css": '[data-code="{agency_code}"]'}]}))
    assert "đúng" == found.one("row", {"agency_code": '1"]'}, 1).inner_text()


ROWS = "<tr><td>7</td><td>Đã nộp</td></tr><tr><td>8</td><td>Lạ</td></tr><tr><td colspan=2>-</td></tr>"
TABLE = Table(element="list", heading="th", row="tbody tr", cell="td", columns={"number": "Số", "status": "Trạng thái"})


def test_columns_are_told_by_their_headings(live):
    """Columns that have moved are read rightly and told, a status nobody knows is told, a heading that is gone ends the look."""
    live.set_content(f"<table><thead><tr><th>Số<th>Trạng thái</thead><tbody>{ROWS}</table>")
    rows, drifts = read_table("tra", live.locator("table"), TABLE, ["Đã nộp"])
    assert [{"number": "7", "status": "Đã nộp"}, {"number": "8", "status": "Lạ"}] == rows
    assert [("status", "Lạ")] == [(drift.kind, drift.found) for drift in drifts]
    moved = TABLE.model_copy(update={"columns": {"status": "Trạng thái", "number": "Số"}})
    rows, drifts = read_table("tra", live.locator("table"), moved)
    assert ("7", ["columns"]) == (rows[0]["number"], [drift.kind for drift in drifts])
    renamed = TABLE.model_copy(update={"columns": {"number": "Mã số"}})
    with pytest.raises(PageUnexpected, match="no column Mã số"):
        read_table("tra", live.locator("table"), renamed)


def test_a_way_by_its_text_alone(live):
    """Texts are whole: a part of one is another element."""
    live.set_content("<span>Hà Nội</span><span>Hà Nội mới</span>")
    assert 1 == Way(text="{province}").on(live, {"province": "Hà Nội"}).count()

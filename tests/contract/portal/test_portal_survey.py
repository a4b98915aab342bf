"""A living page against the map: what each name finds, what is new and gone; and a person who corrects the map."""

import tomllib

import pytest
from PIL import Image

from robot.drive.calibration.walking import Walk
from robot.evidence import RunFolder
from robot.portalmap import PortalMap, Way, load_map
from robot.portalmap.proposing import as_way, ways_to
from robot.portalmap.survey import look_at
from robot.portalmap.writing import write_own
from robot.redaction import Redactor

pytestmark = pytest.mark.browser
FORM = "https://gddt.baohiemxahoi.gov.vn/dang-ky?loaidoituong=1"


@pytest.fixture
def mutated(live):
    """Opens the registration form with some texts of it replaced on the way."""
    whole = live.goto(FORM).text()

    def open_page(*changes: tuple[str, str]) -> None:
        body = whole
        for old, new in changes:
            assert old in body
            body = body.replace(old, new)
        live.route("**/dang-ky?*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
        live.goto(FORM)

    yield open_page
    live.unroute_all()


def seen_of(live, monkeypatch=None):
    if monkeypatch is not None:
        monkeypatch.setattr("robot.portalmap.survey.SETTLE_S", 0.1)
    return look_at(live, load_map(), "registration", "/dang-ky")


def test_the_page_as_it_is_has_no_drift(live, mutated):
    """Every name finds its element by the first way, every field and button of the form is known; a captcha is a part of it."""
    mutated()
    seen = seen_of(live)
    assert not seen.drifted, seen
    states = {each.name: each.state for each in seen.elements}
    assert ("found", "found", "later") == (states["phone"], states["captcha.picture"], states["certificates.confirm"])


def test_what_a_flow_touches_is_told_from_the_rest(live, mutated, monkeypatch):
    """A field renamed, one retyped, one gone, a button twice; a reserve gone stale; new fields, one that must be filled in."""
    mutated(
        ('formcontrolname="DienThoai"', 'formcontrolname="SoDienThoai"'),
        ('name="DiaChi" formcontrolname="DiaChi" type="text"', 'name="DiaChi" formcontrolname="DiaChi" type="checkbox"'),
        ('id="NgayLap" name="NgayLap" formcontrolname="NgayLap"', "hidden"),
        (">Người liên hệ <", ">Họ tên <"),
        ('name="SerialChungThu" formcontrolname="SerialChungThu"', 'name="MaMoi" formcontrolname="MaMoi"'),
        ('<p class="buttons">', '<input aria-label="Mã QR" required><button type="button">Đăng ký</button><p class="buttons">'),
    )
    seen = seen_of(live, monkeypatch)
    states = {each.name: each for each in seen.elements if each.touches_a_flow or each.stale}
    assert {"phone", "address", "date_made", "contact", "ask"} == set(states)
    assert ("fallback", 'textbox "Điện thoại"') == (states["phone"].state, states["phone"].by)
    assert ("retyped", "absent", "found") == (states["address"].state, states["date_made"].state, states["contact"].state)
    assert ("ambiguous", "css button[type=submit]") == (states["ask"].state, states["ask"].by)
    assert ('textbox "Người liên hệ"', 'label "Người liên hệ *"') == states["contact"].stale
    assert ("control SerialChungThu",) == seen.gone
    new = {(control.kind, control.label, control.required) for control in seen.new}
    assert {("text", "Mã QR", True), ("button", "Đăng ký", False), ("text", "Số sê-ri chứng thư số", False)} == new
    assert seen.touches_a_flow


def test_what_no_flow_touches_is_told_and_no_reason_to_stop(live, mutated, monkeypatch):
    """A new field that may stay blank."""
    mutated(('<p class="buttons">', '<input formcontrolname="GhiChu" aria-label="Ghi chú"><p class="buttons">'))
    seen = seen_of(live, monkeypatch)
    assert (True, False) == (seen.drifted, seen.touches_a_flow)
    assert ["GhiChu"] == [control.control for control in seen.new]


def test_ways_to_what_was_pointed_at_find_it_and_it_alone(live):
    """Its own name first, then Playwright's own way, then its id; what finds something else as well is left out."""
    live.set_content("""<form><label for=so>Số máy</label><input id=so formcontrolname=SoMay name=may>
      <input id=mat-input-12 name=may aria-label="Số máy phụ"></form>""")
    form = live.locator("form")
    ways = ways_to(live, live.locator("#so"), form, [Way(control="Cu"), Way(label="Số máy")])
    assert (Way(control="SoMay"), Way(role="textbox", name="Số máy"), Way(css="#so"), Way(label="Số máy")) == ways
    assert (Way(role="textbox", name="Số máy phụ"),) == ways_to(live, live.locator("#mat-input-12"), form)
    assert () == ways_to(live, live.locator("form"), live.locator("#so"))


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ('get_by_role("button", name="Gửi \\"ngay\\"", exact=True)', Way(role="button", name='Gửi "ngay"')),
        ('get_by_label("Thư")', Way(label="Thư")),
        ('get_by_placeholder("Số")', Way(css='[placeholder="Số"]')),
        ('locator("#a")', Way(css="#a")),
        ('get_by_text("Xong").nth(1)', None),
        ('get_by_role("banner")', None),
        ("import os", None),
    ],
)
def test_playwrights_own_way_is_read_where_the_map_knows_such_a_one(code, way):
    """A chain of several calls is no single way."""
    assert ([way] if way else []) == list(as_way(code))


class Person:
    """Types one answer after the other; what was asked and said is kept."""

    def __init__(self, *answers: str) -> None:
        self._answers = iter(answers)
        self.heard: list[str] = []

    def prompt(self, text, over=None):
        del over
        self.heard.append(text.say("en"))
        return next(self._answers)

    def say(self, text):
        self.heard.append(text.say("en"))


PAGE = {
    "about": "trang thử",
    "elements": {
        "form": {"find": [{"css": "form"}]},
        "phone": {"within": "form", "kind": "text", "find": [{"control": "DienThoai"}]},
        "send": {
            "within": "form",
            "kind": "button",
            "effect": True,
            "find": [{"css": "#gone"}, {"role": "button", "name": "Gửi"}],
        },
        "done": {"later": True, "find": [{"css": "#done"}]},
    },
}
HTML = """<form><label for=so>Số máy</label><input id=so formcontrolname=SoMay>
  <button type=button onclick="document.title = 'pressed'">Gửi</button></form>"""


def clicking(live, *selectors: str) -> None:
    """A person's clicks: whenever the walk waits for one, the next of these is clicked."""
    places = []
    for selector in selectors:
        box = live.locator(selector).bounding_box()
        places.append((box["x"] + 5, box["y"] + 5))
    turns = iter(places)

    def click(_message) -> None:
        live.mouse.click(*next(turns))

    live.on("console", click)
    for turn in range(len(places)):
        live.evaluate("wait => { setTimeout(() => console.log('now'), wait); }", 700 * (turn + 1))


def test_a_person_confirms_and_points_and_the_page_hears_nothing(live, tmp_path):
    """Found by a fallback and confirmed: the fallback comes first. Not found and pointed at: new ways. The rest stays."""
    live.goto("about:blank")
    live.set_content(HTML)
    known = PortalMap.model_validate({"pages": {"thu": PAGE}})
    person = Person("", "p", "p", "", "", "")
    walk = Walk(known, person, RunFolder(tmp_path / "bằng chứng", Redactor(), ()))
    clicking(live, "button", "#so")
    walk.page(live, "thu")
    send = (Way(role="button", name="Gửi"),)
    phone = (Way(control="SoMay"), Way(role="textbox", name="Số máy"), Way(css="#so"))
    assert {("thu", "phone"): phone, ("thu", "send"): send} == walk.changes
    assert ["confirmed", "picked", "confirmed"] == [said["decided"] for said in walk.decided]
    assert "" == live.title()
    assert any("thu.phone is a field to the flows, what you clicked is a button" in said for said in person.heard)
    pictures = sorted((tmp_path / "bằng chứng" / "screenshots").glob("*.png"))
    assert 3 == len(pictures)
    for picture in pictures:
        assert b"\xd6\x33\x6c" in Image.open(picture).convert("RGB").tobytes(), "what is meant is marked"
    assert "outline" not in live.locator("form").evaluate("form => form.outerHTML"), "and is not any more"


def test_what_is_written_says_only_what_differs_and_is_read_again(tmp_path):
    """A file that was there keeps what it said besides, and its old self lies beside it."""
    file = tmp_path / "map.toml"
    file.write_text('# của tôi\n[login.texts]\n[registration]\nabout = "tờ khai"\n', encoding="utf-8")
    ways = (Way(role="button", name='Gửi "ngay"\\'), Way(css='[a="b"]'))
    write_own(file, {("registration", "ask"): ways, ("upload", "ask"): ways[:1]}, "Ghi chú\nhai dòng")
    page = load_map(file).pages["registration"]
    assert ("tờ khai", ways) == (page.about, page.elements["ask"].find)
    assert load_map().pages["registration"].elements["email"] == page.elements["email"]
    assert {"registration", "upload"} == set(tomllib.loads(file.read_text(encoding="utf-8")))
    assert file.with_name("map.toml.before").read_text(encoding="utf-8").startswith("# của tôi")
    assert file.read_text(encoding="utf-8").splitlines()[:2] == ["# Ghi chú", "# hai dòng"]

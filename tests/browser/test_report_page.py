"""The pages in a real browser without network: by eye, keyboard and screen reader, wide and narrow, light, dark, on paper."""

import re
from urllib.parse import quote

import pytest

from robot.browser.find import find_browser
from robot.browser.launch import as_root
from robot.redaction import Redactor
from robot.report import Cover
from robot.report.page.night import night_page, read_night
from robot.report.page.run import read_run, run_page
from tests.doubles.reported import HOSTILE, LONG, Reported, bundle_page, replays_page
from tests.doubles.reported_night import left, night
from tests.looking import broken_words, serious

# pytest-base-url, which pytest-playwright's `page` asks for its address, is itself written in a way that pytest gives up.
pytestmark = pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods")
WIDTHS = {"wide": 1280, "narrow": 360}
# The contrast that a reader with poor sight needs: WCAG 2.2, 1.4.3.
CONTRAST = """() => {
  const parse = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, under) => top.slice(0, 3).map((part, i) => part * top[3] + under[i] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const seen = (node) => node.checkVisibility() && !node.closest(".unseen, .skip");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), node = walker.currentNode.parentElement;
    if (!text || ["SCRIPT", "STYLE"].includes(node.tagName) || !seen(node)) continue;
    const style = getComputedStyle(node), under = ground(node);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    const [a, b] = [light(over(parse(style.color), under)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
# What a checker of accessibility calls serious, without one: names, headings, languages, references, labels.
FAULTS = """() => {
  const found = [];
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((h) => h.checkVisibility());
  if (levels.filter((h) => h.tagName === "H1").length !== 1) found.push("not one h1");
  levels.reduce((before, h) => {
    const level = +h.tagName[1];
    if (level > before + 1) found.push(`h${before} is followed by ${h.tagName}: ${h.innerText}`);
    return level;
  }, 0);
  for (const node of document.querySelectorAll("[aria-labelledby]"))
    if (!document.getElementById(node.getAttribute("aria-labelledby"))?.innerText.trim()) found.push(`no name: ${node.tagName}`);
  for (const node of document.querySelectorAll("button, summary, a[href], th"))
    if (node.checkVisibility() && !node.textContent.trim() && !node.querySelector("img[alt]"))
      found.push(`no text: ${node.outerHTML}`);
  for (const node of document.querySelectorAll("input")) if (!node.labels.length) found.push(`no label: ${node.outerHTML}`);
  for (const node of document.querySelectorAll("img")) if (!node.hasAttribute("alt")) found.push("an image without alt");
  for (const node of document.querySelectorAll("ul, ol"))
    if ([...node.children].some((child) => child.tagName !== "LI")) found.push(`a list with ${node.innerHTML.slice(0, 60)}`);
  for (const node of document.querySelectorAll("dl > *"))
    if (!["DT", "DD", "DIV"].includes(node.tagName)) found.push("a description list with others");
  for (const table of document.querySelectorAll("table"))
    if (!table.querySelector("thead th[scope=col], th[scope=row]")) found.push("a table without heads");
  for (const node of document.querySelectorAll("svg, .track, .stack"))
    if (!node.closest("[aria-hidden=true]")) found.push(`drawn, and read out: ${node.outerHTML.slice(0, 60)}`);
  for (const node of document.querySelectorAll("main button, main summary, main input")) {
    const box = node.getBoundingClientRect();
    if (node.checkVisibility() && (box.height < 12 || box.width < 12)) found.push(`too small: ${node.outerHTML.slice(0, 60)}`);
  }
  return found;
}"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, playwright):
    """The browser that this machine has."""
    program = find_browser(None, playwright.chromium.executable_path)
    return {**browser_type_launch_args, "executable_path": program, "chromium_sandbox": not as_root()}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The files by name: a failed run, a faulty dossier; nights: of 40, empty, one that began nothing; bundle, replays."""
    folder = tmp_path_factory.mktemp("báo cáo")
    reported = Reported.at(folder)
    ledger, settings, cover = reported.ledger, reported.settings, Cover(Redactor(), reported.settings)

    def made_of(number):
        return night_page([read_night(ledger, number, settings, cover)], str(number), "vi")

    made = {
        "failed": run_page(read_run(ledger.run(reported.failed()), ledger, settings, cover), "vi"),
        "faulty": run_page(read_run(ledger.run(reported.faulty()), ledger, settings, cover), "vi"),
        "empty": made_of(night(reported, 0)),
        "night": made_of(night(reported, 40)),
        "left": made_of(left(reported)),
        "bundle": bundle_page(reported),
        "replays": replays_page("vi"),
        "replays-en": replays_page("en"),
    }
    ledger.close()
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: f"file://{quote(str(folder / name))}.html" for name in made}


@pytest.fixture
def shown(page, pages):
    """Shows a page; afterwards nothing was said on the console, and nothing was asked for but the file itself."""
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(offline=True)

    def show(name, width="wide", scheme="light"):
        page.set_viewport_size({"width": WIDTHS[width], "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(pages[name])
        return page

    yield show
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert page.title() != "hacked"


# Each width with each scheme of colours; by default half of them, so that all four are looked at in two pages.
LOOKS = (("narrow", "dark"), ("wide", "light")), (("narrow", "light"), ("wide", "dark"))
TURNS = {"failed": 0, "faulty": 1, "night": 0, "empty": 1, "left": 0, "bundle": 0, "replays": 1}


def _thorough(name, turn):
    return pytest.param(name, turn, id=f"{name}-{turn}", marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("name", "turn"),
    [*(pytest.param(name, turn, id=name) for name, turn in TURNS.items())]
    + [_thorough(name, 1 - turn) for name, turn in TURNS.items()]
    + [_thorough("replays-en", turn) for turn in (0, 1)],
)
def test_everybody_can_read_it(shown, name, turn):
    """Axe finds nothing serious; nothing is wider than a telephone; contrast, names, headings, labels and lists are in order."""
    for width, scheme in LOOKS[turn]:
        page = shown(name, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
        assert page.evaluate(FAULTS) == []
        assert page.evaluate(CONTRAST) == []
        assert broken_words(page) == []
        assert serious(page) == []
    assert page.evaluate("[...document.images].filter((image) => image.src).every((image) => image.naturalWidth > 0)")


def test_what_happened_is_said_first(shown):
    """Headline, cause, remedy and the broken link; the links' states are told in words and by different shapes."""
    page = shown("failed", "narrow")
    assert page.get_by_role("heading", level=1).inner_text() == "Khung chọn chữ ký số không hiện ra"
    assert page.get_by_text(LONG).first.is_visible()
    chain = page.locator("ol.chain li")
    assert chain.count() == 12
    assert page.locator("ol.chain .first").inner_text().split("\n")[0] == "Thư viện ký số VSS"
    states = dict(
        zip(
            chain.locator("use").evaluate_all("all => all.map((use) => use.getAttribute('href'))"),
            chain.locator(".is").all_inner_texts(),
            strict=True,
        )
    )
    assert {
        "#sign-ok": "tốt",
        "#sign-broken": "có lỗi",
        "#sign-unknown": "không xem được",
        "#sign-unasked": "chưa kiểm tra",
    } == states
    assert HOSTILE in page.locator("main").inner_text()


def test_the_language_is_switched_within_the_file(shown):
    """By keyboard: every sentence, the title and the document's language change, and change back."""
    page = shown("failed")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", level=1).inner_text() == "The form to choose a signature did not appear"
    assert page.title().startswith("The form to choose a signature did not appear")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("main .vi").evaluate_all("all => all.filter((said) => said.checkVisibility()).length") == 0
    page.keyboard.press("ArrowLeft")
    assert page.title().startswith("Khung chọn chữ ký số không hiện ra")
    assert page.locator("main .en").evaluate_all("all => all.filter((said) => said.checkVisibility()).length") == 0


def test_a_picture_is_enlarged_by_keyboard(shown):
    """Enter enlarges, arrows turn over and go round, Escape closes, and the focus is where it was left."""
    page = shown("failed")
    frames = page.locator(".film button")
    assert frames.count() == 3
    assert "đúng lúc gặp lỗi" in page.locator(".film .main").inner_text()
    frames.first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    caption = dialog.locator("p")
    assert caption.inner_text().startswith("mở tờ khai đăng ký")
    assert "phóng to" not in caption.text_content()
    page.keyboard.press("ArrowLeft")
    assert HOSTILE in caption.inner_text()
    page.keyboard.press("ArrowLeft")
    assert "đúng lúc gặp lỗi" in caption.inner_text()
    assert dialog.locator("img").evaluate("image => image.src") == frames.nth(1).locator("img").evaluate("image => image.src")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert frames.nth(1).evaluate("frame => frame === document.activeElement")


def test_a_fault_stands_beside_its_row(shown):
    """The row of the dossier, its wrong values marked in words too, and beside it what to mend."""
    page = shown("faulty")
    row = page.get_by_role("row").filter(has_text="Dòng 2")
    wrong = [" ".join(cell.split()) for cell in row.locator(".cell.wrong").all_inner_texts()]
    assert wrong == ["✕ sai: Mã số BHXH •••••••12", "✕ sai: Tiền lương hoặc hệ số 0"]
    assert row.locator(".fault").count() == 2
    assert "Sửa trong KBHXH" in row.inner_text()
    left, right = row.locator(".cells").bounding_box(), row.locator("td").last.bounding_box()
    assert left["x"] + left["width"] <= right["x"] + 1
    assert left["y"] == right["y"]


def test_a_dossier_is_found_among_many(shown):
    """Typed without diacritics, narrowed by result, told how many; the lists open where something is found, and close again."""
    page = shown("night")
    found = page.locator("output b")
    assert found.inner_text() == "40"
    assert page.locator("tbody tr:visible").filter(has_text="BHXHDienTu").count() == 0
    page.get_by_role("searchbox").fill("hoa binh 0007.xml")
    assert found.inner_text() == "1"
    assert page.locator("details.group[open]").count() == 1
    page.get_by_role("searchbox").fill("")
    for result in ("đã nhận", "bị từ chối"):
        page.get_by_role("checkbox", name=result).uncheck()
    assert found.inner_text() == "1"
    page.get_by_role("checkbox", name="đã nhận").check()
    page.get_by_role("checkbox", name="bị từ chối").check()
    assert (found.inner_text(), page.locator("details.group[open]").count()) == ("40", 0)


@pytest.mark.long
def test_a_night_of_a_thousand_is_read_and_searched(page, tmp_path):
    """As wide as a telephone, in order, and a dossier is found within a second; the file is under 2 MB."""
    reported = Reported.at(tmp_path)
    told = read_night(reported.ledger, night(reported, 1_000), reported.settings, Cover(Redactor(), reported.settings))
    reported.ledger.close()
    html = night_page([told], "1", "vi")
    assert len(html.encode()) < 2_000_000
    (tmp_path / "thousand.html").write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": WIDTHS["narrow"], "height": 800})
    page.goto((tmp_path / "thousand.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["narrow"]
    assert page.evaluate(FAULTS) == []
    page.get_by_role("searchbox").fill("0999.xml")
    page.locator("output b", has_text=re.compile("^1$")).wait_for(timeout=1_000)
    assert page.locator(".group tbody tr:visible").count() == 1


def test_what_was_not_started_is_a_click_away(shown):
    """By the number in the balance: each reason once, and the dossiers behind it; nothing leads where there is none."""
    page = shown("left", "narrow")
    assert page.locator(".sum a").all_inner_texts() == ["7\ndự kiến", "7\nchưa bắt đầu"]
    page.locator(".sum a").last.click()
    heading = page.get_by_role("heading", name="Chưa bắt đầu (7)")
    page.wait_for_function("heading => heading.getBoundingClientRect().top < innerHeight", arg=heading.element_handle())
    reasons = page.locator("section.not_started .cards > li")
    assert [reason.locator(".plain li").count() for reason in reasons.all()] == [5, 1, 1]
    assert "--until (22/11/2026 21:00:05)" in reasons.first.inner_text()
    assert page.get_by_text("Còn 12 hồ sơ đến lượt").is_visible()


def test_on_paper_all_of_it_is_printed(shown):
    """What is folded away on the screen is on paper; switch, search and enlarged picture are not."""
    page = shown("night")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".switch, .tools-night").evaluate_all("all => all.some((part) => part.checkVisibility())") is False
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("tbody tr:visible").filter(has_text="0039.xml").count() == 1
    page = shown("failed")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(CONTRAST) == []
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 between its margins: narrow, but a table stays a table
    cells = page.locator("table.stacked td").evaluate_all("all => all.map(one => getComputedStyle(one).display)")
    assert set(cells) == {"table-cell"}

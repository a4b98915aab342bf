"""The operator's page in a real browser: it follows the night, a captcha is answered, nobody is shut out by how it looks."""

import datetime as dt
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from robot.browser.find import find_browser
from robot.browser.launch import as_root
from robot.drive import Office
from robot.ledger.item import NewItem
from tests.doubles.reported import Reported
from tests.doubles.reported_night import night
from tests.doubles.served import CHAIN, TOKENS, home_of, middle_of_a_night
from tests.looking import broken_words, serious
from tests.unit.serve.conftest import Line, serving, write_settings
from tests.waiting import until

# Every control has a name, every heading is in order, every text can be told from what is behind it (WCAG 2.1: 4.5 to 1).
FAULTS = """() => {
  const faults = [], seen = e => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden';
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[0-9.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !seen(e) || e.closest('.skip')) continue;
    const [a, b] = [light(colour(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(1)}: ${e.textContent.trim().slice(0, 40)}`);
  }
  for (const e of document.querySelectorAll('a, button, input:not([type=hidden]), select')) {
    const name = e.getAttribute('aria-label') || (e.labels && [...e.labels].map(l => l.textContent).join('')) || e.textContent;
    if (!name || !name.trim()) faults.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.images) if (!e.alt) faults.push(`no text for a picture: ${e.src}`);
  for (const e of document.querySelectorAll('td, th')) {
    if (e.clientWidth < 60 && e.textContent.trim().length > 20) faults.push(`crushed: ${e.textContent.trim().slice(0, 40)}`);
  }
  let last = 0;
  for (const e of document.querySelectorAll('h1, h2, h3')) {
    const level = Number(e.tagName[1]);
    if (level > last + 1) faults.push(`heading ${e.textContent} of level ${level} after ${last}`);
    last = level;
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  if (document.querySelectorAll('main h1').length !== 1) faults.push('not one heading of the page');
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`wider than the window: ${wide}`);
  return faults;
}"""


@pytest.fixture(scope="module")
def new_books(tmp_path_factory):
    from robot.ledger import Ledger
    from robot.settings import Ledger as LedgerSettings

    folder = tmp_path_factory.mktemp("books")
    Ledger.open(LedgerSettings(), folder).close()
    return folder / "ledger.sqlite"


@pytest.fixture
def office(tmp_path, new_books):
    with Office.open(write_settings(tmp_path / "văn phòng", new_books, "vi"), lambda: "") as office:
        yield office


@pytest.fixture
def site(office):
    with serving(office, Line()) as site:
        yield site


@pytest.fixture(scope="module")
def chromium(playwright):
    """The browser that this machine has, started once; each test has a context of its own."""
    program = find_browser(None, playwright.chromium.executable_path)
    browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=not as_root())
    yield browser
    browser.close()


@contextmanager
def browsing(chromium, **look):
    """A page, and what the browser complained about."""
    context = chromium.new_context(**look)
    try:
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda wrong: complaints.append(str(wrong)))
        yield page, complaints
    finally:
        context.close()


def night_of(office, dossiers):
    """A night that runs, with so many dossiers of one organisation, and a run at the first of them."""
    ledger = office.ledger
    items = [
        ledger.queue.plan(
            NewItem("hoa-binh", f"TZ0101A/600/11/2026/{number:02}", "x.xml", f"Báo tăng {number}.xml", f"{number:064}", 9)
        )
        for number in range(1, dossiers + 1)
    ]
    night = ledger.nights.begin(dt.datetime.now(dt.UTC))
    ledger.nights.plan(night, [item.id for item in items])
    run = ledger.begin_run("submit", "hoa-binh", {}, office.settings.evidence.folder, night=night)
    ledger.protocol.claim(run, 60, item=items[0].id)
    ledger.begin_step(run, "open the registration form")
    return run, items


def ask_captcha(office, run):
    file = Path(office.settings.home) / "captcha.png"
    Image.new("RGB", (160, 60), "#ddeeff").save(file)
    return office.ledger.ask(run, "captcha", file, 600)


def test_the_page_follows_the_night_and_takes_an_answer(chromium, office, site):
    """Without a reload: a held dossier is counted; what a person types stays when another question comes, and answers."""
    run, items = night_of(office, 4)
    with browsing(chromium, viewport={"width": 1280, "height": 900}) as (page, complaints):
        page.goto(site.address)
        assert "token" not in page.url
        assert page.get_by_role("heading", level=1).inner_text() == "Đêm nay"
        assert page.get_by_role("link", name="mở tờ khai đăng ký").is_visible()
        held = page.locator("dl.figures .wait dd")
        assert held.inner_text() == "0"
        office.ledger.care.hold(items[3].id, {"vi": "vì sao", "en": "why"})
        until(lambda: held.inner_text() == "1", "the page follows")
        question = ask_captcha(office, run)
        page.get_by_role("link", name="Câu hỏi").click()
        answer = page.get_by_label("Các ký tự trong hình")
        assert page.locator("img.captcha").evaluate("image => image.decode().then(() => image.naturalWidth)") == 160
        answer.press_sequentially("AB")
        office.ledger.ask(run, "activation", said={"vi": "Hỏi nữa", "en": "More"}, choices=("again", "stop"))
        page.get_by_role("button", name="Đăng ký lại").wait_for(timeout=15_000)
        assert answer.evaluate("input => document.activeElement === input && input.value") == "AB"
        answer.press_sequentially("12")
        answer.press("Enter")
        page.get_by_role("status").first.wait_for()
        assert office.ledger.question(question).answer == "AB12"
        assert complaints == []


def test_a_click_is_never_lost_to_a_change(chromium, office, site):
    """The page was as the books are when it came; a change between press and release of a button waits until it has acted."""
    with browsing(chromium, viewport={"width": 1280, "height": 900}) as (page, complaints):
        page.goto(site.address)
        page.add_init_script("addEventListener('DOMContentLoaded', () => { window.first = document.querySelector('section') })")
        page.goto(f"{site.bare}queue")
        assert page.evaluate("look().then(() => first.isConnected)"), "nothing had changed, and it was replaced"
        item = night_of(office, 2)[1][1]
        page.evaluate("look()")
        link = page.get_by_role("link", name=str(item.id), exact=True)
        box = link.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        office.ledger.care.hold(item.id, {"vi": "vì sao", "en": "why"})
        page.evaluate("look()")
        page.mouse.up()
        page.wait_for_url(f"**/queue/{item.id}")
        assert complaints == []


def faults_of(page, *, axe=True):
    """What keeps somebody from using a page as it is shown now."""
    return [*page.evaluate(FAULTS), *broken_words(page), *(serious(page) if axe else ())]


# Each language, width and scheme of colours once with each of the others.
LOOKS = {"vi": ((360, "dark"), (1280, "light")), "en": ((360, "light"), (1280, "dark"))}
QUICK = pytest.param("vi", False, id="vi")
THOROUGH = [pytest.param(language, True, id=f"{language}-thorough", marks=pytest.mark.long) for language in LOOKS]


@pytest.mark.parametrize(("language", "thorough"), [QUICK, *THOROUGH])
def test_everybody_can_use_it(chromium, tmp_path, language, thorough):
    """Every page on a telephone and a desk, light and dark: axe finds nothing serious, no word is broken, nothing is outside.

    Axe, which takes its time, looks at each page once, and at each of both looks where the test is thorough.
    """
    with (
        Office.open(home_of(tmp_path / "văn phòng", language), lambda: "") as office,
        serving(office, Line(TOKENS, CHAIN)) as site,
        browsing(chromium) as (page, complaints),
    ):
        pages = middle_of_a_night(office)
        page.goto(site.address)
        until(lambda: page.goto(f"{site.bare}tokens") and page.get_by_text("BkavCA").count(), "the tokens were looked at")
        page.goto(f"{site.bare}checks")
        page.locator("td button").first.click()
        page.locator("td details").wait_for()
        found = {}
        for turn, (name, address) in enumerate(pages.items()):
            page.goto(site.bare + address)
            for number, (width, scheme) in enumerate(LOOKS[language]):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                faults = faults_of(page, axe=thorough or turn % 2 == number)
                if faults:
                    found[name, width, scheme] = faults
            assert page.title() != "hacked"
        assert found == {}
        assert [said for said in complaints if "404" not in said] == []


def test_an_empty_office_says_so(chromium, tmp_path):
    """No night, no dossier, no run, no token: each page says what is not there, and how it comes to be; by keyboard, too."""
    with (
        Office.open(home_of(tmp_path / "văn phòng", "vi"), lambda: "") as office,
        serving(office, Line()) as site,
        browsing(chromium, viewport={"width": 360, "height": 800}) as (page, _),
    ):
        page.goto(site.address)
        until(lambda: page.goto(f"{site.bare}tokens") and not page.get_by_text("Đang xem").count(), "the tokens were looked at")
        for address, said in {
            "": "Chưa có phiên đêm nào",
            "queue": "Không có hồ sơ nào như vậy.",
            "held": "Không có hồ sơ nào chờ quyết định.",
            "questions": "Không có câu hỏi nào đang chờ.",
            "runs": "Không có lượt chạy nào như vậy.",
            "tokens": "Không có USB token nào được cắm.",
            "checks": "chưa kiểm tra",
        }.items():
            page.goto(site.bare + address)
            assert page.get_by_text(said).first.is_visible()
            assert [] == faults_of(page), address
        page.goto(site.bare)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Tới nội dung"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.long
def test_a_night_of_a_thousand_is_followed(chromium, tmp_path):
    """On a telephone: counted, shown sheet by sheet, its report opened from there; nothing outside, nothing serious to axe."""
    with (
        Office.open(home_of(tmp_path / "văn phòng", "vi"), lambda: "") as office,
        serving(office, Line()) as site,
        browsing(chromium, viewport={"width": 360, "height": 800}) as (page, complaints),
    ):
        night(Reported(office.settings.home / "robot.toml", office.settings, office.ledger), 1_000)
        page.goto(site.address)
        assert page.locator("dl.figures dd").first.inner_text() == "1000"
        assert [] == faults_of(page)
        page.goto(f"{site.bare}queue?state=all")
        page.get_by_role("link", name="Trang sau").click()
        assert page.get_by_text("trang 2").is_visible()
        assert [] == faults_of(page)
        page.goto(site.bare)
        page.get_by_role("link", name="Báo cáo của phiên đêm này").click()
        page.get_by_role("searchbox").fill("0999.xml")
        assert page.locator("output b").inner_text() == "1"
        assert complaints == []


def test_a_server_that_has_gone_is_said(chromium, office):
    """What stands there may be old, and the page says so."""
    with browsing(chromium) as (page, _):
        with serving(office, Line()) as site:
            page.goto(site.address)
            assert not page.get_by_text("nội dung có thể đã cũ").is_visible()
        page.get_by_text("nội dung có thể đã cũ").wait_for(timeout=15_000)

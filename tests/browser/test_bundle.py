"""A real run whose form stayed away: what was kept at that moment, and the bundle's first page in a browser without network."""

import json
import zipfile
from urllib.parse import quote

from fixtures.token import pin_path
from robot.browser.find import find_browser
from robot.browser.launch import as_root
from tests.browser.conftest import notes, pictures

WRONG_HOST = {"VSS_ROBOT_SIGNING__HOST_NAME": "vn.gov.other"}


def test_a_person_reads_what_happened(world, own_home, playwright, tmp_path):
    """Two pictures, DOM and aria snapshot at the failing wait; the page says cause and remedy, and marks the broken link."""
    organisation = world.organisation("song-lo")
    ran = world.robot("run", "register", "--org", "song-lo", "--json", VSS_ROBOT_HOME=own_home, **WRONG_HOST)
    assert (ran.exit_code, ran.said["outcome"]) == (11, "form_absent"), ran.talk
    assert (ran.said["finding"]["link"], ran.said["finding"]["code"]) == ("host", "host_unreached")
    assert "leave the phone number blank and ask once more" not in ran.said["steps"], "a link seen broken is not met with a guess"
    assert [picture.name for picture in pictures(ran.said)] == [note["file"] for note in notes(ran.said, "pictures")]
    assert any(picture.name.startswith("02-whole-page") for picture in pictures(ran.said))
    versions = json.loads((pictures(ran.said)[0].parents[1] / "run.json").read_text(encoding="utf-8"))["versions"]
    assert {"robot", "system", "browser", "extension"} <= versions.keys()
    out = tmp_path / "gói hỗ trợ.zip"
    packed = world.robot("bundle", ran.said["run"], "--out", str(out), VSS_ROBOT_HOME=own_home)
    assert packed.exit_code == 0, packed.talk
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "opened")
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    pin = pin_path(world.layout.directory, organisation).read_text(encoding="utf-8").strip()
    planted = (organisation.phone, organisation.contact_phone, organisation.email, pin)
    assert [(name, secret) for name, text in texts.items() for secret in planted if secret in text] == []
    dom = next(text for name, text in texts.items() if name.startswith("evidence/page/") and name.endswith(".html"))
    tree = next(text for name, text in texts.items() if name.endswith(".aria.yaml"))
    assert organisation.name in dom
    assert "<script" not in dom
    assert organisation.tax_code in tree
    _read(playwright, tmp_path / "opened" / "index.html", ran.said["finding"], organisation)


def _read(playwright, page_file, finding, organisation):
    """What a browser shows of the page, with no network to be had."""
    program = find_browser(None, playwright.chromium.executable_path)
    browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=not as_root())
    try:
        context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"file://{quote(str(page_file))}")
        assert page.get_by_role("heading", level=1).inner_text() == "Khung chọn chữ ký số không hiện ra"
        assert page.get_by_text(finding["cause"]).first.is_visible()
        assert page.get_by_text(organisation.name, exact=True).first.is_visible()
        assert page.locator("ol.chain li.first.broken strong").inner_text() == "Thư viện ký số VSS"
        pictures_drawn = page.locator("img").evaluate_all("images => images.map(image => image.naturalWidth > 0)")
        assert pictures_drawn
        assert all(pictures_drawn)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_text("English", exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == "The form to choose a signature did not appear"
        assert said == []
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    finally:
        browser.close()

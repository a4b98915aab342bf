"""The pages in a real Chromium, with an in-page signing object whose signatures come from a key in this test."""

import os

import pytest
from playwright.sync_api import Page, expect

from fixtures.portal.captcha import answer_for
from tests.waiting import until

pytestmark = pytest.mark.browser
HOST = "https://gddt.baohiemxahoi.gov.vn"
TOKEN = """window.TokenSigning = {
  getVersion: async () => "1.0",
  getCertificate: async () => ({ hex: await window.tokenCertificate() }),
  sign: async (certificate, hash) => ({ hex: await window.tokenSign(hash.hex) }),
};"""


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="vi-VN")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def shot(tmp_path):
    folder = os.environ.get("PORTAL_SHOTS")

    def take(page: Page, name: str) -> None:
        page.screenshot(path=f"{folder or tmp_path}/{name}.png", full_page=True)

    return take


def plug_in(page: Page, client) -> None:
    page.expose_function("tokenCertificate", lambda: client.signer.certificate_hex)
    # A function, for Playwright writes on what it is given, and the signer is frozen.
    sign = client.signer.sign
    page.expose_function("tokenSign", lambda digest: str(sign(digest)))
    page.add_init_script(TOKEN)


def answer_captcha(page: Page, client) -> None:
    picture = page.locator('.captcha-img img[alt="captcha"]')
    until(lambda: picture.evaluate("image => image.complete && image.naturalWidth") == 120, "the captcha")
    page.locator("#textCaptcha").fill(answer_for(client.world.address.truth, picture.screenshot()))


def fill_registration(page: Page, client) -> None:
    page.goto(f"{HOST}/dang-ky?loaidoituong=1")
    for name, value in client.fields.items():
        if name not in {"LoaiDoiTuong", "PTNhanKetQua", "TenCoQuan", "MaCoQuan", "SerialChungThu", "textCaptcha"}:
            page.locator(f"[formcontrolname={name}]").fill(value)
    page.get_by_role("button", name="Chọn cơ quan BHXH").click()
    page.get_by_text("Thành phố Hồ Chí Minh", exact=True).click()
    page.locator('[role=treeitem][data-code="07906"]').click()
    expect(page.locator("#agency-dialog")).to_be_hidden()
    assert page.get_by_label("Mã cơ quan").input_value() == "07906"
    answer_captcha(page, client)


def choose_certificate(page: Page, client) -> None:
    dialog = page.get_by_role("dialog", name="Chọn chữ ký số")
    assert dialog.get_attribute("id") == "certificate-form"
    row = dialog.locator(f'label.certificate[data-serial="{client.signer.serial}"][data-tax-code="{client.tax_code}"]')
    expect(row.locator("input[type=radio][name=certificate]")).not_to_be_checked()
    row.click()


def test_registration_to_look_up_by_the_pages(client, page, shot, tmp_path):
    """A person registers, activates, logs in, uploads a dossier and finds it again, each ending on what the page says."""
    plug_in(page, client)
    number = walk_registration(page, client, shot)
    walk_activation(page, client, shot, number)
    walk_log_in(page, client, shot)
    receipt, sent = walk_upload(page, client, shot, tmp_path)
    page.goto(f"{HOST}/ho-so/tra-cuu")
    row = page.locator(f'table#dossiers tr[data-number="{receipt}"]')
    expect(row).to_contain_text(sent)
    shot(page, "tra-cuu")
    row.get_by_role("link").click()
    expect(page.locator("ol#history li")).to_have_count(2)
    shot(page, "chi-tiet")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{HOST}/trang-chu")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "trang-chu-nho")


def walk_registration(page: Page, client, shot) -> str:
    page.goto(HOST)
    expect(page.locator("#extension-notice")).to_have_attribute("data-state", "ready")
    expect(page.locator("#extension-notice")).to_be_hidden()
    fill_registration(page, client)
    shot(page, "dang-ky")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    choose_certificate(page, client)
    expect(page.locator("#SerialChungThu")).to_have_value(client.signer.serial)
    shot(page, "chung-thu")
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator("#success-dialog").get_by_role("heading", name="Đăng ký thành công")).to_be_visible()
    number = page.locator(".registration-number").inner_text()
    shot(page, "dang-ky-xong")
    page.get_by_label("Close dialog").click()
    expect(page.locator("#success-dialog")).to_have_count(0)
    return number


def walk_activation(page: Page, client, shot, number: str) -> None:
    mail = client.mail("Kích hoạt")
    page.goto(f"{HOST}/kich-hoat?ma={number}")
    expect(page.locator("[formcontrolname=MaDangKy]")).to_have_value(number)
    page.get_by_label("Mã số thuế").fill(client.tax_code)
    page.get_by_label("Mã kích hoạt").fill("SAIMA234")
    page.get_by_role("button", name="Kích hoạt").click()
    toast = page.locator("#toast-container .toast.toast-error[role=alert] .toast-message")
    expect(toast).to_have_text("Mã kích hoạt không chính xác")
    shot(page, "kich-hoat")
    page.get_by_label("Mã kích hoạt").fill(client.word(mail, "Mã kích hoạt"))
    page.get_by_role("button", name="Kích hoạt").click()
    expect(page.get_by_role("heading", name="Kích hoạt tài khoản thành công")).to_be_visible()


def walk_log_in(page: Page, client, shot) -> None:
    page.goto(f"{HOST}/ho-so/nop")
    page.locator("[formcontrolname=username]").fill(client.tax_code)
    page.locator("[formcontrolname=password]").fill(client.word(client.mail("Thông tin"), "Mật khẩu"))
    page.get_by_label("Tổ chức").check()
    answer_captcha(page, client)
    shot(page, "dang-nhap")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("#accountMenuBtn")).to_have_text(client.fields["TenDoiTuong"])


def walk_upload(page: Page, client, shot, tmp_path) -> tuple[str, str]:
    path = tmp_path / "BHXHDienTu.xml"
    path.write_bytes(client.dossier())
    page.get_by_label("Tệp hồ sơ").set_input_files(path)
    expect(page.locator("#dossier-summary")).to_contain_text("600 - Báo tăng, báo giảm")
    shot(page, "nop")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    choose_certificate(page, client)
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator("section#receipt").get_by_role("heading", name="Nộp hồ sơ thành công")).to_be_visible()
    receipt = page.locator(".receipt-number").inner_text()
    sent = page.locator(".receipt-time").inner_text()
    shot(page, "bien-nhan")
    return receipt, sent


def test_without_a_signing_object_the_page_is_silent(client, page, shot):
    """The fault the product explains: everything is right, the button is pressed, and nothing appears but a console line."""
    page.goto(HOST)
    expect(page.locator("#extension-notice")).to_have_attribute("data-state", "missing", timeout=8000)
    shot(page, "trang-nhat")
    fill_registration(page, client)
    before = page.locator("body").inner_text()
    with page.expect_console_message(lambda message: "no signing object" in message.text):
        page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".toast")).to_have_count(0)
    assert page.locator("body").inner_text() == before


def test_required_fields_left_empty_are_only_marked(page):
    """Nothing is said: the fields get a class, and no request leaves."""
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(f"{HOST}/dang-ky")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator("[formcontrolname=MaSoThue]")).to_have_class("invalid")
    expect(page.locator(".toast")).to_have_count(0)
    assert "POST" not in sent


@pytest.mark.parametrize("code", ["technical_error", "user_cancel"])
def test_a_failing_token_is_silent_and_only_a_cancel_is_said(client, page, code):
    """Every rejection but the person's own cancel leaves the page as it was."""
    page.add_init_script(f'window.TokenSigning = {{ getCertificate: () => Promise.reject(new Error("{code}")) }};')
    fill_registration(page, client)
    if code == "user_cancel":
        page.get_by_role("button", name="Đăng ký", exact=True).click()
        expect(page.locator(".toast-info .toast-message")).to_have_text("Bạn đã hủy thao tác ký số")
        return
    with page.expect_console_message(lambda message: code in message.text):
        page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator(".toast")).to_have_count(0)


def test_a_refused_registration_brings_a_toast_and_a_fresh_captcha(client, page, shot):
    """The captcha that is refused is replaced by another picture."""
    fill_registration(page, client)
    page.locator("#textCaptcha").fill("0000")
    before = page.locator(".captcha-img img").get_attribute("src")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator(".toast-error .toast-message")).to_have_text("Mã kiểm tra không chính xác")
    expect(page.locator(".captcha-img img")).not_to_have_attribute("src", before)
    shot(page, "captcha-sai")


def log_in(page: Page, client) -> None:
    client.logged_in()
    cookie = {"name": "VSS_SESSION", "value": client.desk.cookies["VSS_SESSION"], "url": HOST}
    page.context.add_cookies([cookie])


def choose_dossier(page: Page, client, tmp_path) -> None:
    path = tmp_path / "BHXHDienTu.xml"
    path.write_bytes(client.dossier())
    page.goto(f"{HOST}/ho-so/nop")
    page.get_by_label("Tệp hồ sơ").set_input_files(path)
    expect(page.locator("#dossier-summary")).to_be_visible()


def test_a_dropped_upload_says_only_that_the_server_is_away(portal, client, page, tmp_path):
    """Accepted, then cut off: the page cannot know, and Chrome's own repetition does not turn it into a refusal."""
    plug_in(page, client)
    log_in(page, client)
    choose_dossier(page, client, tmp_path)
    portal.faults.set("connection-dropped", client.tax_code)
    page.get_by_role("button", name="Nộp hồ sơ").click()
    choose_certificate(page, client)
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator(".toast-error .toast-message")).to_have_text("Không kết nối được máy chủ")
    kept = [row["outcome"] for row in portal.truth.snapshot()["dossiers"] if row["tax_code"] == client.tax_code]
    assert kept == ["accepted"]


def test_an_expired_session_is_said_at_the_upload(portal, client, page, tmp_path):
    """The toast asks to log in again."""
    plug_in(page, client)
    log_in(page, client)
    choose_dossier(page, client, tmp_path)
    portal.faults.set("session-expired", client.tax_code)
    page.get_by_role("button", name="Nộp hồ sơ").click()
    expect(page.locator(".toast-message")).to_have_text("Phiên làm việc đã hết hạn, vui lòng đăng nhập lại")


def test_a_file_that_is_no_dossier_is_met_with_silence(client, page, tmp_path):
    """Wrong ending and unreadable content: no summary, no word, no request; a zip is read."""
    import zipfile

    log_in(page, client)
    page.goto(f"{HOST}/ho-so/nop")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for name, data in (("a.txt", client.dossier()), ("b.xml", b"<Hoso>"), ("c.zip", b"PK" + b"\0" * 40), ("d.xml", b"")):
        (tmp_path / name).write_bytes(data)
        page.get_by_label("Tệp hồ sơ").set_input_files(tmp_path / name)
        page.get_by_role("button", name="Nộp hồ sơ").click()
        expect(page.locator("#dossier-summary")).to_be_hidden()
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BHXHDienTu.xml", client.dossier())
    page.get_by_label("Tệp hồ sơ").set_input_files(tmp_path / "e.zip")
    expect(page.locator("#dossier-summary .period")).to_have_text("10/2026")
    expect(page.locator(".toast")).to_have_count(0)
    assert sent == []

"""Registration, activation and log-in at the stand-in portal, and each refusal on the way."""

import re
from datetime import timedelta

import pytest

from fixtures.portal.desk import Signer

WRONG_CODE = "Mã kích hoạt không chính xác"


def test_registration_to_log_in_is_one_unbroken_way(client):
    """A registration brings a mail, its code activates, the second mail's password opens the account."""
    number = client.registered()
    first = client.mail("Kích hoạt tài khoản giao dịch điện tử BHXH")
    code = client.word(first, "Mã kích hoạt")
    text = first.get_body(("plain",)).get_content()
    assert re.fullmatch(r"DK\d{4}-\d{6}", number)
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{8}", code)
    assert f"https://gddt.baohiemxahoi.gov.vn/kich-hoat?ma={number}\n" in text.replace("\r", "")
    assert (client.word(first, "Mã số thuế"), client.word(first, "Số đăng ký")) == (client.tax_code, number)
    assert first.get_body(("html",)).get_content().count(code) == 1
    assert first["From"].addresses[0].addr_spec == "no-reply@baohiemxahoi.gov.vn"
    assert client.desk.activate(client.tax_code, number, code.lower()) == {"ok": True}
    second = client.mail("Thông tin tài khoản giao dịch điện tử BHXH")
    assert client.word(second, "Tên đăng nhập") == client.tax_code
    password = client.word(second, "Mật khẩu")
    assert len(password) == 12
    assert client.desk.log_in(client.tax_code, password) == {"ok": True, "next": "/trang-chu"}
    assert 'id="accountMenuBtn"' in client.desk.page("/trang-chu")
    assert client.desk.request("GET", "/check")[::2] == (200, b'{"ok":true}')


@pytest.mark.parametrize("suffix", ["-001", "001"])
def test_a_branch_code_is_one_code_in_both_writings(portal, suffix):
    """Ten digits, dash and three, and thirteen digits mean the same organisation, in the form and in the certificate."""
    client = portal.client()
    other = "001" if suffix == "-001" else "-001"
    signer = portal.authority.signer("CCCD:001099000001", f"MST:{client.tax_code}{other}")
    answer = client.desk.register({**client.fields, "MaSoThue": client.tax_code + suffix}, signer)
    assert answer["ok"], answer
    rows = [row["tax_code"] for row in portal.truth.snapshot()["registrations"] if row["number"] == answer["number"]]
    assert rows == [f"{client.tax_code}-001"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("MaSoThue", "9901000018", "Mã số thuế không hợp lệ"),
        ("MaSoThue", "990100001", "Mã số thuế không hợp lệ"),
        ("MaSoThue", "001099000001", "Mã số thuế không hợp lệ"),
        ("MaCoQuan", "07900", "Cơ quan BHXH không hợp lệ"),
        ("Email", "thu.example", "Địa chỉ thư điện tử không hợp lệ"),
        ("DienThoai", "12", "Số điện thoại không hợp lệ"),
        ("DienThoaiLienHe", "không có", "Số điện thoại liên hệ không hợp lệ"),
        ("NgayLap", "31/02/2026", "Ngày lập không hợp lệ"),
        ("NgayDangKy", "1/2/2026", "Ngày đăng ký không hợp lệ"),
        ("DiaChi", "  ", "Thông tin đăng ký không hợp lệ: DiaChi"),
        ("PTNhanKetQua", "4", "Thông tin đăng ký không hợp lệ: PTNhanKetQua"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(client, field, value, message):
    """The server checks the fields itself and names the first wrong one."""
    assert client.desk.check_registration({**client.fields, field: value}) == {"ok": False, "field": field, "message": message}


def test_an_unknown_field_is_refused(client):
    """A misspelt field is not passed over in silence."""
    assert client.desk.check_registration({**client.fields, "MaSothue": "1"})["field"] == "MaSothue"


def test_a_phone_declared_for_another_code_is_refused(portal):
    """The toast of known fault 1 names the number and the other code."""
    first, second = (portal.client(DienThoai="0240000" + portal.client().tax_code[-4:]) for _ in range(2))
    second.fields["DienThoai"] = first.fields["DienThoai"]
    first.registered()
    expected = f"Số điện thoại {first.fields['DienThoai']} đã được kê khai giao dịch điện tử với mã số {first.tax_code}"
    assert second.desk.check_registration(second.fields)["message"] == expected
    assert first.desk.check_registration(first.fields)["ok"]


@pytest.mark.parametrize("trick", ["wrong", "used", "replaced", "another's", "none"])
def test_a_captcha_is_good_once_and_only_for_its_own_session(portal, client, trick):
    """Wrong, used, replaced and foreign captchas are refused alike."""
    answer = client.desk.captcha()
    if trick == "used":
        assert client.desk.call("/api/dang-ky/kiem-tra", {**client.fields, "textCaptcha": answer})["ok"]
    elif trick == "replaced":
        while client.desk.captcha() == answer:
            pass
    elif trick == "another's":
        other = portal.desk()
        other.captcha()
        client.desk.cookies = other.cookies
    given = {"wrong": "0000", "none": ""}.get(trick, answer)
    refused = client.desk.call("/api/dang-ky/kiem-tra", {**client.fields, "textCaptcha": given})
    assert refused == {"ok": False, "field": "textCaptcha", "message": "Mã kiểm tra không chính xác"}


def test_a_certificate_is_described_for_the_dialog(portal, client):
    """Subject, issuer, serial, tax code and days come from the X.509 attributes, a comma in the name included."""
    signer = portal.authority.signer("CCCD:001099000001", f"MST:{client.tax_code}")
    described = client.desk.call("/api/chung-thu", {"hex": signer.certificate_hex.upper()})
    assert (described["subject"], described["issuer"]) == ("Công ty TNHH Thử Nghiệm, Đường Về", "Chứng thực Mẫu")
    assert (described["taxCode"], described["serial"], described["expired"]) == (client.tax_code, signer.serial, False)
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", described["validTo"])
    assert client.desk.call("/api/chung-thu", {"hex": "zz"})["message"] == "Không đọc được chứng thư số"


def make_signer(world, client, kind):
    authority = world.authority
    mst = f"MST:{client.tax_code}"
    match kind:
        case "expired":
            return authority.signer(mst, until_=timedelta(-1))
        case "not yet valid":
            return authority.signer(mst, since=timedelta(1))
        case "another organisation's":
            return authority.signer(f"MST:{world.client().tax_code}")
        case "a person's":
            return authority.signer(f"CCCD:{client.tax_code}")
        case "another authority's":
            return type(authority)().signer(mst)
        case _:
            return Signer(authority.key, authority.signer(mst).certificate)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("expired", "Chứng thư số đã hết hạn"),
        ("not yet valid", "Chứng thư số chưa có hiệu lực"),
        ("another organisation's", "không khớp với mã số thuế"),
        ("a person's", "(không có) không khớp"),
        ("another authority's", "không do tổ chức chứng thực được công nhận cấp"),
        ("another key's", "Chữ ký số không hợp lệ"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused(portal, client, kind, message):
    """Chain, validity, tax code and signature are each really checked, and nothing is registered."""
    assert message in client.desk.register(client.fields, make_signer(portal, client, kind))["message"]
    assert client.tax_code not in {row["tax_code"] for row in portal.truth.snapshot()["registrations"]}


def test_a_nonce_is_good_once_for_its_session_and_fields(portal, client):
    """A nonce used, taken to another session or to other fields is refused."""
    stale = "Phiên đăng ký không còn hiệu lực, vui lòng thực hiện lại"
    signed = client.desk.signed_registration
    nonce = client.desk.check_registration(client.fields)["nonce"]
    assert portal.desk().call("/api/dang-ky", signed(client.fields, nonce, client.signer))["message"] == stale
    changed = {**client.fields, "Email": "khac@thu.example"}
    assert client.desk.call("/api/dang-ky", signed(changed, nonce, client.signer))["message"] == stale
    nonce = client.desk.check_registration(client.fields)["nonce"]
    assert client.desk.call("/api/dang-ky", signed(client.fields, nonce, client.signer))["ok"]
    assert client.desk.call("/api/dang-ky", signed(client.fields, nonce, client.signer))["message"] == stale


def test_a_newer_registration_makes_the_older_code_worthless(client):
    """Only the newest registration's code activates, and only once."""
    older = client.registered()
    old_code = client.word(client.mail("Kích hoạt"), "Mã kích hoạt")
    newer = client.registered()
    new_code = client.word(client.mail("Kích hoạt", 2), "Mã kích hoạt")
    assert client.desk.activate(client.tax_code, older, old_code)["message"] == WRONG_CODE
    assert client.desk.activate(client.tax_code, newer, old_code)["message"] == WRONG_CODE
    assert client.desk.activate(client.tax_code, newer, new_code) == {"ok": True}
    error = "Có lỗi xảy ra trong quá trình kích hoạt"
    assert client.desk.activate(client.tax_code, newer, new_code)["message"] == error
    assert client.desk.activate(client.tax_code, "DK2026-999999", new_code)["message"] == error


def test_log_in_refuses_wrong_password_wrong_kind_and_wrong_captcha(client):
    """Each wrong thing is refused with its own toast; the right ones open the account and the old cookie is void."""
    password = client.activated()
    wrong = "Tài khoản hoặc mật khẩu không chính xác."
    before = dict(client.desk.cookies)
    assert client.desk.log_in(client.tax_code, "sai")["message"] == wrong
    assert client.desk.log_in("9901000018", password)["message"] == wrong
    assert client.desk.log_in(client.tax_code, password, laToChuc=False)["message"] == wrong
    assert client.desk.log_in(client.tax_code, password, textCaptcha="0000")["message"] == "Mã kiểm tra không chính xác"
    assert client.desk.log_in(client.tax_code, password, next="//example.org/")["next"] == "/trang-chu"
    assert client.desk.cookies != before


def test_pages_that_need_a_session_lead_to_log_in(portal):
    """Without a session a page redirects and a call answers 401."""
    desk = portal.desk()
    status, headers, _ = desk.request("GET", "/ho-so/tra-cuu?ky=10/2026")
    assert (status, headers["Location"]) == (302, "/dang-nhap?next=/ho-so/tra-cuu%3Fky%3D10/2026")
    assert desk.request("GET", "/check")[0] == 401
    assert desk.call("/api/ho-so/kiem-tra", {}).status == 401


def test_the_cookie_is_out_of_reach_of_scripts(portal):
    """HttpOnly, Secure and SameSite stand on the session's cookie."""
    cookie = portal.desk().request("GET", "/dang-nhap")[1]["Set-Cookie"].lower()
    assert all(part in cookie for part in ("httponly", "secure", "samesite=lax", "path=/"))


def test_no_secret_stands_in_the_ground_truth(portal, client):
    """Neither the mailed code nor the password is in the file or the snapshot."""
    password = client.activated()
    code = client.word(client.mail("Kích hoạt"), "Mã kích hoạt")
    kept = b"".join(path.read_bytes() for path in portal.address.truth.parent.glob("truth.sqlite*"))
    said = repr(portal.truth.snapshot())
    assert [secret for secret in (password, code) if secret.encode() in kept or secret in said] == []
    assert not any(cookie in said for cookie in client.desk.cookies.values())

"""Mails as the portal writes them, for the tests that read them."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from robot.mail.letter import read_letter

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SENDER = "no-reply@baohiemxahoi.gov.vn"
HOST = "gddt.baohiemxahoi.gov.vn"
TAX_CODE = "9901000019"
LINK = f"https://{HOST}/kich-hoat?ma=DK2026-000123"
BODY = f"""Công ty TNHH Thử Nghiệm Hòa Bình
Mã số thuế: {TAX_CODE}
Số đăng ký: DK2026-000123
{LINK}
Mã kích hoạt: ABCD2345
"""
CREDENTIALS = f"""Mã số thuế: {TAX_CODE}
Tên đăng nhập: {TAX_CODE}
Mật khẩu: q7Kz-mPw2xTa
https://{HOST}/dang-nhap
"""


def written(text=BODY, html=None, sender=f'"Bảo hiểm xã hội Việt Nam" <{SENDER}>'):
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "hoa-binh@thu.example"
    message["Subject"] = "Kích hoạt tài khoản giao dịch điện tử BHXH"
    message["Message-ID"] = "<1@baohiemxahoi.gov.vn>"
    if text is not None:
        message.set_content(text, cte="base64")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable") if text is not None else message.set_content(
            html, subtype="html"
        )
    return message.as_bytes()


def delivered(raw=None, minutes=0, **kind):
    return read_letter(raw if raw is not None else written(**kind), NOW + timedelta(minutes=minutes))

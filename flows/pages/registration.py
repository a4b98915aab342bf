"""The registration form of an organisation ("Đăng ký giao dịch điện tử")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.captcha import Captcha
from flows.pages.certificates import CertificateForm
from robot.flow import PhoneTaken, Receipt, Remedy, Sight, phone_remedied, today

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from robot.flow import Organisation, Session

# The portal's names of the fields, and where their values stand with us; the dates are today's.
FIELDS = {
    "TenDoiTuong": "name",
    "MaSoThue": "tax_code",
    "DienThoai": "phone",
    "Email": "email",
    "NguoiLienHe": "contact",
    "DiaChi": "address",
    "DiaChiLienHe": "contact_address",
    "DienThoaiLienHe": "contact_phone",
}
DATES = ("NgayLap", "NgayDangKy")


class RegistrationPage:
    """Fields, agency tree, captcha and the dialog of success."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page
        self._form = self._page.locator("form#registration-form")
        self._captcha = Captcha(session, self._form)
        self.certificates = CertificateForm(session)

    def open(self) -> None:
        """Go to the form."""
        self._session.open(self._session.settings.portal.paths.registration)

    def fill(self, organisation: Organisation) -> None:
        """Enter the organisation's particulars and choose its agency."""
        values = organisation.model_copy(update={"contact_address": organisation.contact_address or organisation.address})
        for field, setting in FIELDS.items():
            self._field(field).fill(getattr(values, setting))
        for field in DATES:
            self._field(field).fill(today())
        self._field("PTNhanKetQua").select_option(organisation.result_delivery)
        self._choose_agency(organisation)

    def ask(self) -> None:
        """Answer the captcha and press "Đăng ký": the page then asks the extension for the token's certificates."""
        self._captcha.answer()
        self._form.get_by_role("button", name="Đăng ký", exact=True).click()

    def without_phone(self) -> Remedy | None:
        """Known remedy 1 of an absent form; None where the number is blank already."""
        phone = self._field("DienThoai")
        if not phone.input_value():
            return None
        return Remedy("leave the phone number blank and ask once more", phone.clear, phone_remedied(), PhoneTaken)

    def receipt(self) -> Receipt:
        """The number of the registration, from the portal's dialog of success, which is closed again."""
        dialog = self._page.get_by_role("dialog").filter(has=self._page.get_by_text("Đăng ký thành công"))
        shown = self._session.see(Sight("the dialog of a successful registration", dialog))
        number = shown.locator(".registration-number").inner_text().strip()
        shown.get_by_role("button", name="Close dialog").click()
        return Receipt(kind="registration", number=number)

    def _choose_agency(self, organisation: Organisation) -> None:
        self._form.get_by_role("button", name="Chọn cơ quan BHXH").click()
        tree = self._page.get_by_role("tree")
        agency = tree.locator(f'[data-code="{organisation.agency_code}"]')
        if not agency.is_visible():
            tree.get_by_text(organisation.province, exact=True).click()
        agency.click()

    def _field(self, name: str) -> Locator:
        return self._form.locator(f"[formcontrolname={name}]")

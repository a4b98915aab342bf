"""The registration form of an organisation ("Đăng ký giao dịch điện tử")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.pages.captcha import Captcha
from flows.pages.certificates import CertificateForm
from robot.flow import PhoneTaken, Receipt, Remedy, phone_remedied

if TYPE_CHECKING:
    from robot.flow import Organisation, Session

# Fields that are filled with the setting of the same name; the dates are today's.
FIELDS = ("name", "tax_code", "phone", "email", "contact", "address", "contact_address", "contact_phone")
DATES = ("date_made", "date_registered")


class RegistrationPage:
    """Fields, agency tree, captcha and the dialog of success."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page = session.page_map("registration")
        self._captcha = Captcha(session, self._page)
        self.certificates = CertificateForm(self._page)

    def open(self) -> None:
        """Go to the form."""
        self._page.open()

    def fill(self, organisation: Organisation) -> None:
        """Enter the organisation's particulars and choose its agency."""
        values = organisation.model_copy(update={"contact_address": organisation.contact_address or organisation.address})
        for field in FIELDS:
            self._page.one(field).fill(getattr(values, field))
        for field in DATES:
            self._page.one(field).fill(self._session.today)
        self._page.one("result_delivery").select_option(organisation.result_delivery)
        self._choose_agency(organisation)

    def ask(self) -> None:
        """Answer the captcha and press "Đăng ký": the page then asks the extension for the token's certificates."""
        self._captcha.answer()
        self._page.one("ask").click()

    def without_phone(self) -> Remedy | None:
        """Known remedy 1 of an absent form; None where the number is blank already."""
        phone = self._page.one("phone")
        if not phone.input_value():
            return None
        return Remedy("leave the phone number blank and ask once more", phone.clear, phone_remedied(), PhoneTaken)

    def receipt(self) -> Receipt:
        """The number of the registration, from the portal's dialog of success."""
        self._session.see(self._page.sight("registered", "the dialog of a successful registration"))
        return Receipt(kind="registration", number=self._page.one("number").inner_text().strip())

    def close(self) -> None:
        """Close the dialog of success."""
        self._page.one("close").click()

    def _choose_agency(self, organisation: Organisation) -> None:
        self._page.one("open_agencies").click()
        agency = {"agency_code": organisation.agency_code, "agency_name": organisation.agency_name}
        if not self._page.shows("agency", **agency):
            self._page.one("province", province=organisation.province).click()
        self._page.one("agency", **agency).click()

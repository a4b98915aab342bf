"""The form to choose a signature: the dialog that lists the token's certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.flow import CertificateNotOffered, Sight

if TYPE_CHECKING:
    from robot.flow import Session


class CertificateForm:
    """The same dialog on the registration page and on the upload page."""

    def __init__(self, session: Session) -> None:
        self._form = session.page.get_by_role("dialog", name="Chọn chữ ký số")
        self._rows = self._form.locator("label.certificate")
        self.sight = Sight("the form to choose a signature", self._form)

    def choose(self, tax_code: str) -> None:
        """Choose the certificate of this tax code.

        Raises:
            CertificateNotOffered: the token's certificates are other organisations'.
        """
        offered = [row.get_attribute("data-tax-code") or "?" for row in self._rows.all()]
        if tax_code not in offered:
            raise CertificateNotOffered("certificate_not_offered", tax_code=tax_code, offered=", ".join(offered) or "-")
        self._rows.nth(offered.index(tax_code)).get_by_role("radio").check()

    def confirm(self) -> None:
        """Sign with the chosen certificate and send: from this click on the matter is with the portal."""
        self._form.get_by_role("button", name="Xác nhận").click()

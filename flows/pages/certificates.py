"""The form to choose a signature: the dialog that lists the token's certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.flow import CertificateNotOffered

if TYPE_CHECKING:
    from robot.flow import MappedPage, Sight


class CertificateForm:
    """The same dialog on the registration page and on the upload page."""

    def __init__(self, page: MappedPage) -> None:
        self._part = page.part("certificates")

    @property
    def sight(self) -> Sight:
        """The dialog."""
        return self._part.sight("form", "the form to choose a signature")

    def choose(self, tax_code: str) -> None:
        """Choose the certificate of this tax code, and see that the button below can be pressed.

        Raises:
            CertificateNotOffered: the token's certificates are other organisations'.
        """
        offered = [read or "?" for read in self._part.read("certificates")]
        if tax_code not in offered:
            raise CertificateNotOffered("certificate_not_offered", tax_code=tax_code, offered=", ".join(offered) or "-")
        self._part.one("choice", tax_code=tax_code).check()
        self._part.ready("confirm")

    def confirm(self) -> None:
        """Sign with the chosen certificate and send: from this click on the matter is with the portal."""
        self._part.one("confirm").click()

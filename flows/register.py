"""Register an organisation for electronic transactions."""

from __future__ import annotations

from flows.pages.registration import RegistrationPage
from robot.flow import Organisation, Receipt, Session, SessionExpired, flow


@flow(
    "register",
    "Register an organisation: fill in the form, sign it with the token, read the registration's number.",
    again_on=(SessionExpired,),
    signatures=1,
)
def register(s: Session, org: Organisation) -> Receipt:
    """The receipt carries the number of the registration; the activation code comes by mail."""
    form = RegistrationPage(s)
    with s.step("open the registration form"):
        form.open()
    with s.step("fill in the organisation's particulars"):
        form.fill(org)
    with s.step("ask for the form to choose a signature"):
        certificates = s.expect_form(form.certificates, ask=form.ask, remedy=form.without_phone())
    with s.step("choose the organisation's certificate"):
        certificates.choose(org.tax_code)
    with s.step("sign and send the registration"), s.effect("registration", org.tax_code, newer_counts=True) as sent:
        certificates.confirm()
        sent.confirm(form.receipt())
        form.close()
    return sent.receipt

"""Activate an organisation's account with the code that the portal has mailed."""

from __future__ import annotations

from flows.pages.activation import ActivationPage
from flows.registered import activation_key, registration_of
from robot.flow import Organisation, Receipt, Session, UsageError, flow


@flow("activate", "Activate an account: wait for the mailed code of the newest registration, enter it on the page it links to.")
def activate(s: Session, org: Organisation) -> Receipt:
    """The receipt carries the number of the registration that was activated."""
    if s.activations.anew():
        raise UsageError("nothing_to_activate", organisation=org.name)
    registration = registration_of(s, org)
    if s.done("activation", activation_key(registration), look_up=s.post.activation_seen):
        return s.receipt_of(s.taken("activation", activation_key(registration)))

    with s.step("wait for the mail with the activation code"):
        letter = s.post.activation_code(registration)
    page = ActivationPage(s)
    with s.step("open the page that the mail links to"):
        page.open(letter)
    with (
        s.step("enter the activation code"),
        s.typing_secrets(),
        s.activations.entering(),
        s.effect("activation", activation_key(registration), registration=letter.registration or "") as sent,
    ):
        page.enter(org.tax_code, letter)
        sent.confirm(page.receipt(letter))
        page.close()
    return sent.receipt

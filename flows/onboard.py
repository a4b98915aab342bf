"""Take an organisation on: from nothing to an account that is proved to work."""

from __future__ import annotations

from flows.activate import activate
from flows.login import log_in
from flows.register import register
from flows.registered import activation_key, registration_of
from robot.flow import ActivationRefused, Organisation, Receipt, Session, flow


@flow(
    "onboard",
    "Register, activate with the mailed code, keep the mailed credentials in the vault, log in once to prove them.",
    signatures=2,
)
def onboard(s: Session, org: Organisation) -> Receipt:
    """Each start goes on where the last one stopped; the receipt carries the number of the activated registration.

    An activation refused twice is a person's question: until it is answered nothing more is sent.
    """
    with s.step("check that mailbox and vault can be used"):
        s.post.check()
    if s.activations.anew() or not s.done("registration", org.tax_code, look_up=s.post.registration_seen):
        register(s, org)
    first = s.ending(lambda: activate(s, org), expected=ActivationRefused)
    if first.refusal:
        register(s, org)
        activate(s, org)

    registration = registration_of(s, org)
    activation = s.taken("activation", activation_key(registration))
    if not s.post.has_credentials(activation):
        with s.step("wait for the mail with user name and password"):
            letter = s.post.credentials_letter(activation)
        with s.step("keep user name and password in the vault"):
            s.post.keep(letter, activation)
    log_in(s)
    return s.receipt_of(activation)

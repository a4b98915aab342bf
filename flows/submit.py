"""Upload a dossier."""

from __future__ import annotations

from flows.login import log_in
from flows.pages.lookup import LookupPage
from flows.pages.upload import UploadPage
from robot.flow import DossierHead, Organisation, Receipt, Session, SessionExpired, flow


@flow(
    "submit",
    "Upload a dossier: log in, choose the file, sign it with the token, read the dossier's number.",
    again_on=(SessionExpired,),
    signatures=1,
)
def submit(s: Session, org: Organisation, dossier: DossierHead, round_number: int = 1) -> Receipt:
    """The receipt carries the dossier's number; a dossier that was taken before is not sent again."""
    with s.step("look into the books for an earlier upload"):
        submission = s.submission(dossier, round_number)
    if submission.receipt:
        return submission.receipt

    log_in(s)
    if submission.lost_sight:
        with s.step("look up what became of the earlier upload"):
            return submission.settle(LookupPage(s))

    upload = UploadPage(s)
    with s.step("choose the dossier's file"):
        s.keep(dossier)
        upload.open()
        upload.choose(dossier, round_number)
    with s.step("ask for the form to choose a signature"):
        certificates = s.expect_form(upload.certificates, ask=upload.ask)
        submission.prepared()
    with s.step("choose the organisation's certificate"):
        certificates.choose(org.tax_code)
        submission.signed()
    with s.step("sign and send the dossier"), submission.sending(LookupPage(s)) as sent:
        answer = upload.answer()
        certificates.confirm()
        sent.seen("page", upload.receipt())
        sent.seen("network", answer())
    if s.settings.timers.verdict_s:
        with s.step("wait for the portal's verdict on the structure"):
            s.verdict("submission", dossier.business_key(round_number))
    return submission.taken

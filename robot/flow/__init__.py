"""What a scripted flow is handed: a `Session` with steps, forms to expect, questions, letters and effects.

A flow is a function of a session, an organisation and what it needs (`dossier`, `round_number`), declared by `@flow`.
It reads as the operator's own instructions: no retry, no sleep, no try. Retries, timers, evidence and the books are the
session's and the engine's concern.
"""

from robot.clock import VIETNAM
from robot.diagnosis import Finding, phone_remedied
from robot.dossier import DossierHead
from robot.errors import (
    ActivationRefused,
    CaptchaRefused,
    CertificateNotOffered,
    PhoneTaken,
    PortalUnavailable,
    Refused,
    SessionExpired,
    UsageError,
)
from robot.flow.declare import Flow, Receipt, discover, flow
from robot.flow.effects import Earlier, Sent
from robot.flow.listed import Row, judged
from robot.flow.mapped import MappedPage
from robot.flow.post import Credentials
from robot.flow.session import Session
from robot.flow.sights import Form, Remedy, Sight
from robot.flow.submission import Seen, Submission, Wanted
from robot.ledger import Effect
from robot.ledger.item import Proof
from robot.mail import ActivationLetter
from robot.settings import Organisation

__all__ = [
    "VIETNAM",
    "ActivationLetter",
    "ActivationRefused",
    "CaptchaRefused",
    "CertificateNotOffered",
    "Credentials",
    "DossierHead",
    "Earlier",
    "Effect",
    "Finding",
    "Flow",
    "Form",
    "MappedPage",
    "Organisation",
    "PhoneTaken",
    "PortalUnavailable",
    "Proof",
    "Receipt",
    "Refused",
    "Remedy",
    "Row",
    "Seen",
    "Sent",
    "Session",
    "SessionExpired",
    "Sight",
    "Submission",
    "UsageError",
    "Wanted",
    "discover",
    "flow",
    "judged",
    "phone_remedied",
]

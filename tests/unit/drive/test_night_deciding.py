"""What becomes of a dossier and of its session after an error: by the error and the phase, as rule 4 of the books says."""

import pytest

from robot.drive.night.deciding import Decision, decide
from robot.errors import (
    BrowserFailed,
    Cancelled,
    CertificateNotOffered,
    DossierUnreadable,
    OutcomeUnknown,
    PersonAwaited,
    PortalUnavailable,
    Refused,
    RobotError,
    SessionExpired,
    UsageError,
)

CASES = {
    "the portal says no before anything was sent": (Refused("refused", said="x"), "claimed", Decision("refuse")),
    "the portal said no to what was sent": (Refused("refused", said="x"), None, Decision()),
    "the portal is down before the intent": (
        PortalUnavailable("portal_unavailable"),
        "prepared",
        Decision("postpone", later=True, portal_down=True),
    ),
    "signed out before the intent": (SessionExpired("session_expired"), "claimed", Decision("postpone", "log_in")),
    "signed out at the sending": (SessionExpired("session_expired"), None, Decision("leave", "log_in")),
    "no certificate of ours": (CertificateNotOffered("certificate_not_offered"), "prepared", Decision("postpone", "stop")),
    "the browser has died": (BrowserFailed("browser_gone"), "claimed", Decision("postpone", "stop")),
    "a person is needed": (PersonAwaited("person_awaited"), "claimed", Decision("postpone", "stop")),
    "the books fail": (UsageError("ledger_unreadable"), "claimed", Decision("postpone", "stop")),
    "the file was changed since it was planned": (UsageError("dossier_changed"), None, Decision("hold")),
    "the file cannot be used": (DossierUnreadable("dossier_absent"), "claimed", Decision("hold")),
    "a fault of ours": (RobotError("internal"), "claimed", Decision("hold")),
    "a fault of ours after the intent": (RobotError("internal"), "intent", Decision()),
    "stopped before anything was sent": (Cancelled("cancelled"), "signed", Decision("postpone")),
    "sent, and nobody knows": (OutcomeUnknown("outcome_unknown"), None, Decision()),
    "all well": (None, None, Decision()),
}


@pytest.mark.parametrize(("error", "phase", "expected"), CASES.values(), ids=list(CASES))
def test_decided_by_error_and_phase(error, phase, expected):
    """Business refusals are final, token or browser trouble stops the session, a portal that is down waits."""
    assert expected == decide(error, phase)


def test_a_look_up_that_the_portal_did_not_answer_counts_against_the_portal():
    """After the intent nothing is decided about the dossier, but that the portal is down is noticed."""
    unknown = OutcomeUnknown("outcome_unknown")
    unknown.__cause__ = PortalUnavailable("portal_unavailable")
    assert Decision(portal_down=True) == decide(unknown, None)

"""The books: runs with their steps, effects outside with their receipts, questions to people, signatures, log-ins to tokens."""

from robot.ledger.ledger import Ledger
from robot.ledger.rows import (
    OUTCOMES,
    Effect,
    EffectStands,
    EffectState,
    Question,
    QuestionState,
    Run,
    Signature,
    Step,
    TokenBusy,
    TokenRow,
    TokenStopped,
    Verdict,
    WrongState,
)
from robot.ledger.signatures import Signed

__all__ = [
    "OUTCOMES",
    "Effect",
    "EffectStands",
    "EffectState",
    "Ledger",
    "Question",
    "QuestionState",
    "Run",
    "Signature",
    "Signed",
    "Step",
    "TokenBusy",
    "TokenRow",
    "TokenStopped",
    "Verdict",
    "WrongState",
]

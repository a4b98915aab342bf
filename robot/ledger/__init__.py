"""The books: runs with their steps, effects outside with their receipts, and questions to people."""

from robot.ledger.ledger import Ledger
from robot.ledger.rows import OUTCOMES, Effect, EffectStands, EffectState, Question, QuestionState, Run, Step, WrongState

__all__ = [
    "OUTCOMES",
    "Effect",
    "EffectStands",
    "EffectState",
    "Ledger",
    "Question",
    "QuestionState",
    "Run",
    "Step",
    "WrongState",
]

"""What may be asked of a token's PIN, and what its answer means. One wrong PIN is reported and never repeated by a machine."""

from __future__ import annotations

import PyKCS11

from robot.errors import LogInFailed, PinCancelled, PinFinalTry, PinLengthWrong, PinLocked, PinNeeded, WrongPin
from robot.signing.token.answers import CANCELLED, PIN_WRONG, code_name
from robot.signing.token.token import PinState, Token

_BADNESS = {state: rank for rank, state in enumerate((PinState.COUNT_LOW, PinState.FINAL_TRY, PinState.LOCKED), start=1)}


def check_pin(token: Token, pin: bytes | None) -> None:
    """Whether a log-in may be tried; None is the reader's PIN pad.

    Raises:
        PinLocked, PinFinalTry: the token's flags forbid it.
        PinLengthWrong: shorter or longer than the token takes; a blank one always, since drivers take it for the pad.
        PinNeeded: there is no pad.
    """
    if token.pin_state is PinState.LOCKED:
        raise PinLocked("pin_locked", serial=token.serial)
    if token.pin_state is PinState.FINAL_TRY:
        raise PinFinalTry("pin_final_try", serial=token.serial)
    if pin is None:
        if not token.protected_path:
            raise PinNeeded("pin_needed", serial=token.serial)
    elif not max(token.min_pin, 1) <= len(pin) <= (token.max_pin or len(pin)):
        shortest, longest = max(token.min_pin, 1), token.max_pin or "…"
        raise PinLengthWrong("pin_length_wrong", serial=token.serial, shortest=shortest, longest=longest)


def log_in_failure(answer: int, before: Token, after: Token) -> LogInFailed:
    """What a refused C_Login means, by its answer and by what the token's flags said before and after it."""
    serial, code = before.serial, code_name(answer)
    worse = _BADNESS.get(after.pin_state, 0) > _BADNESS.get(before.pin_state, 0)
    if answer == PyKCS11.CKR_PIN_LOCKED or after.pin_state is PinState.LOCKED:
        return PinLocked("pin_locked", serial=serial)
    if answer in PIN_WRONG or worse:
        return WrongPin("pin_wrong", serial=serial, code=code)
    if answer in CANCELLED and before.protected_path:  # without a pad nobody was asked, so it may hide a wrong PIN
        return PinCancelled("pin_cancelled", serial=serial)
    return LogInFailed("log_in_failed", serial=serial, code=code)

"""A token as it is plugged in: its names, its PIN's state, its certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import PyKCS11

if TYPE_CHECKING:
    from robot.signing.token.certificate import TokenCertificate


class PinState(Enum):
    """What the token's flags say of the user PIN (PKCS#11 2.40, CK_TOKEN_INFO)."""

    OK = "ok"
    COUNT_LOW = "count_low"  # a wrong PIN since the last log-in
    FINAL_TRY = "final_try"  # one wrong PIN more locks it
    LOCKED = "locked"
    NOT_SET = "not_set"  # no user PIN was ever set


@dataclass(frozen=True)
class Token:
    """One token.

    `slot` is the driver's number of the place it is plugged into, good for this process only: the same token is found again
    by its `serial`. `min_pin` and `max_pin` are lengths in bytes, 0 where the driver does not say. `protected_path`: the
    PIN can be typed on a pad of the reader. `flags` are the raw CKF_ bits.
    """

    slot: int
    label: str
    serial: str
    manufacturer: str
    model: str
    firmware: str
    pin_state: PinState
    min_pin: int
    max_pin: int
    protected_path: bool
    flags: int
    certificates: list[TokenCertificate] = field(default_factory=list)


def pin_state_of(flags: int) -> PinState:
    """The worst that the flags say."""
    for flag, state in (
        (PyKCS11.CKF_USER_PIN_LOCKED, PinState.LOCKED),
        (PyKCS11.CKF_USER_PIN_FINAL_TRY, PinState.FINAL_TRY),
        (PyKCS11.CKF_USER_PIN_COUNT_LOW, PinState.COUNT_LOW),
    ):
        if flags & flag:
            return state
    return PinState.OK if flags & PyKCS11.CKF_USER_PIN_INITIALIZED else PinState.NOT_SET


def token_of(slot: int, info: Any) -> Token:
    """A token from PyKCS11's CK_TOKEN_INFO, without its certificates; texts are padded with blanks, by some with NULs."""
    return Token(
        slot=slot,
        label=_text(info.label),
        serial=_text(info.serialNumber),
        manufacturer=_text(info.manufacturerID),
        model=_text(info.model),
        firmware="{}.{}".format(*info.firmwareVersion),
        pin_state=pin_state_of(info.flags),
        min_pin=max(info.ulMinPinLen, 0),
        max_pin=max(info.ulMaxPinLen, 0),
        protected_path=bool(info.flags & PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH),
        flags=info.flags,
    )


def _text(padded: str) -> str:
    return padded.rstrip("\0 ")

"""What a PKCS#11 call returned (CKR_…), in names and kinds."""

from __future__ import annotations

import PyKCS11

# The token, or the session with it, is no longer there.
GONE = frozenset(
    {
        PyKCS11.CKR_DEVICE_REMOVED,
        PyKCS11.CKR_TOKEN_NOT_PRESENT,
        PyKCS11.CKR_TOKEN_NOT_RECOGNIZED,
        PyKCS11.CKR_SESSION_HANDLE_INVALID,
        PyKCS11.CKR_SESSION_CLOSED,
        PyKCS11.CKR_SLOT_ID_INVALID,
    }
)
CANCELLED = frozenset({PyKCS11.CKR_FUNCTION_CANCELED, PyKCS11.CKR_CANCEL, PyKCS11.CKR_FUNCTION_REJECTED})
PIN_WRONG = frozenset({PyKCS11.CKR_PIN_INCORRECT, PyKCS11.CKR_PIN_INVALID, PyKCS11.CKR_PIN_LEN_RANGE})


def code_name(value: int) -> str:
    """`CKR_PIN_INCORRECT`, or the number in hexadecimal for what a vendor made up; PyKCS11's own are in its words."""
    name = PyKCS11.CKR.get(value)
    if name is None:
        return f"0x{value & 0xFFFFFFFF:08X}"
    return str(name) if value >= 0 else f"PyKCS11: {name}"

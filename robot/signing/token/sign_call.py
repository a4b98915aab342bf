"""C_Sign by the driver's own table of functions, so that the process goes on while the token signs.

PyKCS11 (1.5.20) keeps Python's lock through every call. A token takes half a second for a signature, and until then nobody in
the process is heard: no other tab's question, no order of the owner's, not the owner's end. ctypes lets the lock go.

Source: PKCS#11 2.40, CK_FUNCTION_LIST: the version, then the functions in the order of pkcs11f.h; packed to one byte on Windows.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

CKR_OK: Final = 0
CKR_FUNCTION_NOT_SUPPORTED: Final = 0x54
_PLACE: Final = 43  # of C_Sign, from C_Initialize as 0 on
_BEFORE: Final = ctypes.c_void_p * _PLACE


class _Version(ctypes.Structure):
    _fields_ = (("major", ctypes.c_ubyte), ("minor", ctypes.c_ubyte))


class _Functions(ctypes.Structure):
    if sys.platform == "win32":
        _pack_ = 1
    _fields_ = (("version", _Version), ("before", _BEFORE), ("sign", ctypes.c_void_p))


_Sign = ctypes.CFUNCTYPE(
    ctypes.c_ulong, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.POINTER(ctypes.c_ulong)
)


class SignCall:
    """C_Sign of a library that is loaded, and that PyKCS11 has started."""

    def __init__(self, library: ctypes.CDLL) -> None:
        table = ctypes.POINTER(_Functions)()
        library.C_GetFunctionList.argtypes = [ctypes.c_void_p]
        library.C_GetFunctionList.restype = ctypes.c_ulong
        result = library.C_GetFunctionList(ctypes.byref(table))
        self._sign: Any = _Sign(table.contents.sign) if result == CKR_OK and table and table.contents.sign else None

    def __call__(self, session: int, data: bytes) -> tuple[int, bytes]:
        """The result (CKR_…) and the signature over `data`, once C_SignInit has said by what key and mechanism.

        Two calls, as the standard has it: how long the signature is, then the signature.
        """
        if self._sign is None:
            return CKR_FUNCTION_NOT_SUPPORTED, b""
        room = ctypes.c_ulong(0)
        result: int = self._sign(session, data, len(data), None, ctypes.byref(room))
        if result != CKR_OK:
            return result, b""
        signature = ctypes.create_string_buffer(room.value)
        result = self._sign(session, data, len(data), signature, ctypes.byref(room))
        return result, signature.raw[: room.value] if result == CKR_OK else b""

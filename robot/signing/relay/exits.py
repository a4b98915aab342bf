"""What a native host's exit status means: Chrome tells an extension nothing but that the host has exited.

Windows reports NTSTATUS values (0xC0000135 and its like), as unsigned or as negative numbers; POSIX shells report 126, 127 and
128 + signal, Python a killed child as minus the signal.
"""

from __future__ import annotations

import re
from typing import Final

_LIBRARY: Final = re.compile(r"error while loading shared libraries: ([^\s:]{1,80})")
_NTSTATUS: Final = {0xC0000135: "dll_missing", 0xC000007B: "bad_image"}
_NOT_FOUND, _NOT_EXECUTABLE, _SHELL_SIGNALS, _LAST_SIGNAL = 127, 126, 128, 64
_NTSTATUS_ERRORS: Final = 0xC0000000
_DIGITS: Final = re.compile(r"(?P<status>\b0xC[0-9A-F]{7}\b)|\d{4,}")
_BLOB: Final = re.compile(r"[A-Za-z0-9+=]{24,}")


def meaning(status: int, stderr: str, *, unanswered: bool) -> tuple[str, str]:
    """A code and its detail for how the vendor's host ended.

    Codes: `ended`; `closed_unanswered`; `library_missing` (detail: which); `program_missing`; `not_executable`; `dll_missing`;
    `bad_image`; `killed` (detail: the signal's number); `failed` (detail: the status). `stderr` is the last it said. The relay
    itself adds `no_frame`: it said what is no frame of the protocol.
    """
    unsigned = status & 0xFFFFFFFF
    library = _LIBRARY.search(stderr)
    if unsigned in _NTSTATUS:
        return _NTSTATUS[unsigned], f"0x{unsigned:08X}"
    if status == 0:
        return ("closed_unanswered" if unanswered else "ended"), ""
    if status == _NOT_FOUND:
        return ("library_missing", library[1]) if library else ("program_missing", "")
    if status == _NOT_EXECUTABLE:
        return "not_executable", ""
    signal = -status if status < 0 else status - _SHELL_SIGNALS
    if 0 < signal <= _LAST_SIGNAL:
        return "killed", str(signal)
    return "failed", f"0x{unsigned:08X}" if unsigned >= _NTSTATUS_ERRORS else str(status)


def redacted(stderr: str) -> str:
    """What a host said, without what could be a PIN, a hash or a certificate: long numbers and long runs of letters."""
    shorter = _BLOB.sub(lambda found: f"‹{len(found[0])} chars›", stderr)
    return _DIGITS.sub(lambda found: found["status"] or f"‹{len(found[0])} digits›", shorter)

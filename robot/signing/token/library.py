"""Loading a driver's file, and saying why it does not load: absent, for another processor, or lacking a library itself.

The header is read first: the system's own message for a driver of the wrong width is the same as for a damaged one.
Sources: ELF (System V ABI, e_machine), PE (Microsoft PE/COFF, Machine); Windows error codes 126 and 193.
"""

from __future__ import annotations

import ctypes
import re
import struct
import sysconfig
from typing import TYPE_CHECKING

from robot.errors import DriverFailed

if TYPE_CHECKING:
    from pathlib import Path

_ELF_MACHINES = {3: "x86", 62: "x86-64", 40: "arm", 183: "arm64"}
_PE_MACHINES = {0x14C: "x86", 0x8664: "x86-64", 0x1C0: "arm", 0x1C4: "arm", 0xAA64: "arm64"}
_MACHINES = {"x86_64": "x86-64", "amd64": "x86-64", "win32": "x86", "i386": "x86", "i686": "x86", "aarch64": "arm64"}
_NARROW = {"x86-64": "x86", "arm64": "arm"}  # a 32-bit Python on a 64-bit kernel
_MACH_O = frozenset({b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"})
_ELF_HEADER, _PE_POINTER_AT, _SHARED_OBJECT = 20, 0x3C, 3
_LACKS = re.compile(r"(?P<name>[^\s:/]+): cannot open shared object file")
_LACKS_VERSION = re.compile(r"version `(?P<name>[^']+)' not found")
_NOT_FOUND, _BAD_FORMAT = 126, 193  # ERROR_MOD_NOT_FOUND, ERROR_BAD_EXE_FORMAT


def processor_of(file: Path) -> str | None:
    """The processor that a library is made for: x86, x86-64, arm, arm64, or the header's number; None for no library.

    A Mach-O library, which may hold several, is called `any`.
    """
    with file.open("rb") as library:
        head = library.read(64)
        if head[:4] == b"\x7fELF" and len(head) >= _ELF_HEADER and head[5] in {1, 2}:
            kind, machine = struct.unpack_from("<HH" if head[5] == 1 else ">HH", head, 16)
            return _ELF_MACHINES.get(machine, f"ELF machine {machine}") if kind == _SHARED_OBJECT else None
        if head[:2] == b"MZ" and len(head) == _PE_POINTER_AT + 4:
            library.seek(struct.unpack_from("<I", head, _PE_POINTER_AT)[0])
            signature = library.read(6)
            if signature[:4] == b"PE\0\0" and len(signature) == 6:  # noqa: PLR2004 - as long as was asked for
                machine = struct.unpack_from("<H", signature, 4)[0]
                return _PE_MACHINES.get(machine, f"PE machine {machine:#x}")
        return "any" if head[:4] in _MACH_O else None


def own_processor() -> str:
    """The processor that this Python is made for, in the same words."""
    machine = sysconfig.get_platform().split("-")[-1].casefold()
    named = _MACHINES.get(machine, machine)
    return _NARROW.get(named, named) if struct.calcsize("P") == 4 else named  # noqa: PLR2004 - bytes of a 32-bit pointer


def load_library(file: Path) -> ctypes.CDLL:
    """Have the system load the file, so that PyKCS11, which tells nobody why it could not, finds it loaded.

    Raises:
        DriverFailed: with its cause.
    """
    try:
        found = processor_of(file)
    except FileNotFoundError:
        raise DriverFailed("driver_file_absent", file=file) from None
    except OSError as wrong:
        raise DriverFailed("driver_not_loaded", file=file, why=wrong.strerror or wrong) from wrong
    if found is None:
        raise DriverFailed("driver_not_library", file=file)
    if found not in {own_processor(), "any"}:
        raise DriverFailed("driver_wrong_architecture", file=file, found=found, needed=own_processor())
    try:
        # winmode 0 searches the driver's dependencies as LoadLibrary does, PATH included; other systems ignore it.
        library = ctypes.CDLL(str(file), winmode=0)
    except OSError as wrong:
        raise load_failure(file, str(wrong), getattr(wrong, "winerror", None)) from wrong
    if not hasattr(library, "C_GetFunctionList"):
        raise DriverFailed("driver_not_pkcs11", file=file)
    return library


def load_failure(file: Path, said: str, windows_code: int | None = None) -> DriverFailed:
    """What the system's loader said about a file that is there and made for this processor, as an error with its cause."""
    missing = _LACKS.search(said) or _LACKS_VERSION.search(said)
    if missing and missing["name"] != file.name:
        return DriverFailed("driver_dependency_missing", file=file, missing=missing["name"])
    if windows_code == _NOT_FOUND or "(or one of its dependencies)" in said:
        # Windows does not say which; for the drivers seen it is the Visual C++ runtime.
        return DriverFailed("driver_dependency_missing", file=file, missing="a DLL (Microsoft Visual C++ 2015-2022?)")
    if windows_code == _BAD_FORMAT:
        return DriverFailed("driver_not_library", file=file)
    return DriverFailed("driver_not_loaded", file=file, why=said)

"""Loading a driver: each way in which it does not load is told apart, on real libraries and on headers written here."""

import ctypes
import struct
import subprocess
import sys
from pathlib import Path

import PyKCS11
import pytest

from fixtures.softhsm import softhsm_module
from robot.errors import DriverFailed
from robot.signing.token import list_tokens, open_driver
from robot.signing.token.library import load_failure, own_processor, processor_of
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import DoubleToken


def _elf(machine, *, kind=3, bits=64, order="<"):
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    return ident + struct.pack(f"{order}HH", kind, machine) + bytes(64)


def _pe(machine, at=0x80):
    return b"MZ" + bytes(0x3A) + struct.pack("<I", at) + bytes(at - 0x40) + b"PE\0\0" + struct.pack("<H", machine) + bytes(64)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_elf(62), "x86-64"),
        (_elf(3, bits=32), "x86"),
        (_elf(183), "arm64"),
        (_elf(183, order=">"), "arm64"),
        (_elf(8), "ELF machine 8"),
        (_elf(62, kind=1), None),  # an object file that was never linked
        (_pe(0x8664), "x86-64"),
        (_pe(0x14C), "x86"),
        (_pe(0xAA64, at=0x118), "arm64"),
        (_pe(0x200), "PE machine 0x200"),
        (b"MZ", None),
        (b"MZ" + bytes(0x3A) + struct.pack("<I", 0x7FFFFFFF), None),
        (b"\x7fELF", None),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "any"),
        (b"", None),
        (b"/* GNU ld script */", None),
    ],
)
def test_processor_by_header(tmp_path, content, expected):
    """ELF and PE headers name the processor; anything else, cut off or not, is no library."""
    file = tmp_path / "driver"
    file.write_bytes(content)
    assert processor_of(file) == expected


def test_own_processor_is_that_of_what_this_python_loads():
    """A library that runs here and this Python say the same."""
    assert processor_of(Path(softhsm_module())) == own_processor()


def _failure(path):
    with pytest.raises(DriverFailed) as caught, open_driver(path):
        pass
    return caught.value


def _built(folder, name, code, *flags):
    source = folder / f"{name}.c"
    source.write_text(code)
    library = folder / f"lib{name}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, *flags], check=True)
    return library


def test_absent_file(tmp_path):
    """No such file."""
    assert _failure(tmp_path / "x.so").cause == "file_absent"


def test_folder_is_no_driver(tmp_path):
    """A folder of the name is not loaded, and said to be none."""
    assert _failure(tmp_path).cause == "not_loaded"


def test_text_file(tmp_path):
    """A file that is no library."""
    file = tmp_path / "x.so"
    file.write_text("driver")
    assert _failure(file).cause == "not_library"


@pytest.mark.parametrize("content", [_pe(0x14C), _elf(3, bits=32), _elf(8)], ids=["32-bit DLL", "32-bit ELF", "MIPS"])
def test_driver_for_another_processor(tmp_path, content):
    """The sentence names both: what the driver is for and what the robot runs as."""
    file = tmp_path / "x.so"
    file.write_bytes(content)
    failed = _failure(file)
    assert failed.cause == "wrong_architecture"
    assert failed.text.fills["found"] == processor_of(file)
    assert own_processor() in str(failed)


def test_missing_dependency_is_named(tmp_path):
    """A driver that needs a library which is not there: its name, not the driver's."""
    needed = _built(tmp_path, "vssneeded", "int needed(void) { return 1; }")
    driver = _built(tmp_path, "driver", "int needed(void); int x(void) { return needed(); }", "-L", str(tmp_path), "-lvssneeded")
    needed.unlink()
    failed = _failure(driver)
    assert (failed.cause, failed.text.fills["missing"]) == ("dependency_missing", "libvssneeded.so")


def test_undefined_symbol_keeps_the_loaders_words(tmp_path):
    """Neither processor nor dependency: the loader's own words are kept."""
    driver = _built(tmp_path, "driver", "int nowhere(void); int (*at)(void) = nowhere;", "-Wl,-z,now")
    failed = _failure(driver)
    assert failed.cause == "not_loaded"
    assert "undefined symbol: nowhere" in str(failed)


@pytest.mark.parametrize(
    ("said", "code", "cause", "missing"),
    [
        (
            "/x/libd.so: libpcsclite.so.1: cannot open shared object file: No such file",
            None,
            "dependency_missing",
            "libpcsclite.so.1",
        ),
        ("/lib/libc.so.6: version `GLIBC_2.99' not found (required by /x/libd.so)", None, "dependency_missing", "GLIBC_2.99"),
        ("Could not find module 'C:\\d.dll' (or one of its dependencies)", None, "dependency_missing", "a DLL"),
        ("[WinError 126] The specified module could not be found", 126, "dependency_missing", "a DLL"),
        ("[WinError 193] %1 is not a valid Win32 application", 193, "not_library", ""),
        ("libd.so: cannot open shared object file: Permission denied", None, "not_loaded", ""),
        ("[WinError 1114] A dynamic link library (DLL) initialization routine failed", 1114, "not_loaded", ""),
    ],
)
def test_what_loaders_say(tmp_path, said, code, cause, missing):
    """The words of Linux's loader and Windows's error numbers."""
    failed = load_failure(tmp_path / "libd.so", said, code)
    assert failed.cause == cause
    assert str(failed.text.fills.get("missing", "")).startswith(missing)


def test_library_that_is_no_driver(tmp_path):
    """It loads and has no C_GetFunctionList: a helper, or anything else; nothing is printed to the terminal meanwhile."""
    failed = _failure(_built(tmp_path, "helper", "int x(void) { return 1; }"))
    assert failed.cause == "not_pkcs11"


def test_nothing_is_printed(tmp_path, capfd):
    """PyKCS11 itself would print the loader's words on stderr."""
    _failure(tmp_path / "x.so")
    _failure(_built(tmp_path, "helper", "int x(void) { return 1; }"))
    assert capfd.readouterr() == ("", "")


def test_driver_that_does_not_start(double):
    """C_Initialize fails: its code is in the sentence; the next start, without the fault, is good."""
    double.tokens = [DoubleToken("D0001")]
    double.failures = {"C_Initialize": PyKCS11.CKR_DEVICE_ERROR}
    double.write()
    failed = _failure(double.library)
    assert (failed.cause, failed.text.fills["code"]) == ("not_started", "CKR_DEVICE_ERROR")
    double.failures = {}
    double.write()
    with open_driver(double.library) as driver:
        assert [token.serial for token in driver.tokens()] == ["D0001"]


def _dies_in_it(driver):
    driver.open(driver.token("D0001"))
    raise ZeroDivisionError


def test_driver_is_ended(double):
    """Sessions and driver have their end in the log, whatever happened between."""
    double.tokens = [DoubleToken("D0001")]
    double.write()
    with pytest.raises(ZeroDivisionError), open_driver(double.library) as driver:
        _dies_in_it(driver)
    calls = [call for call, _ in double.calls()]
    assert (calls[0], calls[-1]) == ("C_Initialize", "C_Finalize")
    assert calls.count("C_OpenSession") == calls.count("C_CloseSession") == 2


def test_listing_gives_what_the_driver_gives(double):
    """The look from a process of its own brings the same tokens and certificates."""
    double.tokens = [DoubleToken("D0001", (held(),)), DoubleToken("D0002", label="VSS hai")]
    double.write()
    with open_driver(double.library) as driver:
        assert list_tokens(double.library) == driver.tokens()


def test_listing_says_what_the_child_says(tmp_path):
    """An error in the child is the same error here."""
    with pytest.raises(DriverFailed) as caught:
        list_tokens(tmp_path / "x.so")
    assert (caught.value.cause, str(caught.value.text.fills["file"])) == ("file_absent", str(tmp_path / "x.so"))


def test_crashing_driver_takes_nothing_with_it(tmp_path):
    """A driver that dies of a signal is DriverFailed; one that hangs too, when its time is over."""
    body = "typedef unsigned long (*f)(void*); void *list[69]; unsigned long start(void *x) { (void)x; %s return 0; }\n"
    body += "unsigned long C_GetFunctionList(void **out) { list[1] = start; *out = list; return 0; }"
    crashing = _built(tmp_path, "crashing", body % "__builtin_trap();")
    with pytest.raises(DriverFailed) as caught:
        list_tokens(crashing)
    assert caught.value.cause == "crashed"
    hanging = _built(tmp_path, "hanging", body % 'for (;;) { __asm__ volatile (""); }')
    with pytest.raises(DriverFailed) as caught:
        list_tokens(hanging, wait_s=1.5)
    assert caught.value.cause == "silent"


@pytest.mark.skipif(sys.platform == "win32", reason="dlopen")
def test_library_stays_loaded_under_the_driver(double):
    """The double is a library like any other: ctypes loads it, and it names its functions."""
    assert hasattr(ctypes.CDLL(str(double.library)), "C_GetFunctionList")

"""The registry's seam: the double in memory and the `reg` program (Wine's, where that is installed) keep the same promises."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot.settings import Settings
from robot.setup import Journal, Machine, RegistryFailed, RegProgram, apply, plan, undo
from robot.setup.registry import parsed, quoted, unquoted
from tests.doubles.registry import MemoryRegistry

TOP = r"HKEY_CURRENT_USER\Software\Thử nghiệm"


@pytest.fixture(scope="module")
def wine(tmp_path_factory) -> Iterator[RegProgram]:
    """A registry of Wine's in a folder of its own; its server ends with the tests."""
    if not shutil.which("wine"):
        pytest.skip("Wine is not installed")
    prefix = tmp_path_factory.mktemp("wine")
    words = {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", "DISPLAY": ""}
    variables = [f"{name}={value}" for name, value in words.items()]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["env", *variables, "wineboot", "--init"], check=True, timeout=150, **quiet)
    # Wine's services live as long as some program does, and would hold the pipes of the one that started them.
    with subprocess.Popen(["env", *variables, "wine", "cmd"], stdin=subprocess.PIPE, **quiet):
        yield RegProgram(("env", *variables, "wine", "reg"))
    subprocess.run(["wineserver", "--kill", "--wait"], env=os.environ | words, check=False, capture_output=True, timeout=60)


@pytest.fixture(params=["memory", "wine"])
def registry(request):
    """Each in turn, empty below TOP."""
    made = MemoryRegistry() if request.param == "memory" else request.getfixturevalue("wine")
    yield made
    if made.has(TOP):
        made.remove(TOP)


def test_what_is_written_is_read(registry):
    """Texts with quotes, backslashes and Vietnamese letters, other kinds, the default value; parents are made along."""
    key = rf"{TOP}\Một\Hai"
    values = {
        "": quoted(r"C:\thư mục\vss.json"),
        'tên "x"': quoted('a "b" \\ c'),
        "số": "dword:0000002a",
        "h": "hex(7):61,00,00,00,00,00",
    }
    for name, value in values.items():
        registry.write(key, name, value)
    assert registry.read(key) == {key: values}
    assert registry.read(TOP) == {TOP: {}, rf"{TOP}\Một": {}, key: values}
    assert registry.has(rf"{TOP}\Một")


def test_a_long_value_is_whole(registry):
    """Files break such a value into lines."""
    long = "hex:" + ",".join(f"{number % 256:02x}" for number in range(300))
    registry.write(TOP, "dài", long)
    assert registry.read(TOP) == {TOP: {"dài": long}}


def test_values_and_keys_go(registry):
    """A value alone, then the key with all below it; what is not there is None."""
    registry.write(rf"{TOP}\Một", "a", quoted("1"))
    registry.write(rf"{TOP}\Một", "b", quoted("2"))
    registry.write(rf"{TOP}\Một", "a", None)
    assert registry.read(rf"{TOP}\Một") == {rf"{TOP}\Một": {"b": quoted("2")}}
    registry.remove(TOP)
    assert (registry.read(TOP), registry.read(rf"{TOP}\Một"), registry.has(TOP)) == (None, None, False)


def test_case_makes_no_difference(registry):
    """Keys and names of values; the one asked for is the one told."""
    registry.write(rf"{TOP}\ABC", "Name", quoted("1"))
    registry.write(rf"{TOP}\abc", "NAME", quoted("2"))
    (values,) = registry.read(rf"{TOP}\aBc").values()
    assert list(values.values()) == [quoted("2")]
    assert list(registry.read(rf"{TOP}\aBc")) == [rf"{TOP}\aBc"]


def test_a_machine_is_set_up_and_taken_back(registry, tmp_path):
    """Chrome's policy and native host, beside what an administrator has set."""
    here = Machine("windows", tmp_path, tmp_path, registry, {"LOCALAPPDATA": str(tmp_path / "Cục bộ")}, administrator=False)
    policies = r"HKEY_CURRENT_USER\Software\Policies\Google\Chrome\ExtensionInstallForcelist"
    registry.write(policies, "1", quoted("aaaa;https://a.example/"))
    try:
        everything = registry.read(r"HKEY_CURRENT_USER\Software")
        settings = Settings(
            home=tmp_path / "home",
            signing={"host_name": "vn.gov.vss.token_signing", "host_path": tmp_path / "vss-host.exe"},
            setup={"scope": "user", "browsers": ("chrome",)},
        )
        journal = Journal.of(settings.home)
        changes = plan(settings, here, browser=Path("chrome.exe"))
        apply(changes, journal, here)
        listed = [unquoted(value) for value in registry.read(policies)[policies].values()]
        assert listed == ["aaaa;https://a.example/", f"{settings.browser.extension_id};{settings.setup.update_url}"]
        host = r"HKEY_CURRENT_USER\Software\Google\Chrome\NativeMessagingHosts\vn.gov.vss.token_signing"
        manifest = Path(unquoted(registry.read(host)[host][""]))
        assert manifest.is_file()
        assert plan(settings, here, browser=Path("chrome.exe")) == []
        undo(journal, here)
        assert registry.read(r"HKEY_CURRENT_USER\Software") == everything
        assert [settings.home] == sorted(tmp_path.rglob("*"))
    finally:
        registry.remove(r"HKEY_CURRENT_USER\Software\Policies\Google")


def test_a_registry_that_cannot_be_asked_is_said():
    """No such program, as on Linux; and one that refuses."""
    with pytest.raises(RegistryFailed):
        RegProgram(("no-such-program-reg",)).has(TOP)
    with pytest.raises(RegistryFailed):
        RegProgram(("false",)).write(TOP, "", quoted("x"))


def test_a_file_of_the_registry_is_read():
    """As Windows writes it: comments, broken lines, names with quotes."""
    lines = ["Windows Registry Editor Version 5.00", "", r"[HKEY_CURRENT_USER\A]", '@="x"', '"b"=hex:01,\\', "  02", ""]
    text = "\r\n".join([*lines, r"[HKEY_CURRENT_USER\A\B]", "; a comment", ""])
    assert parsed(text) == {"HKEY_CURRENT_USER\\A": {"": '"x"', "b": "hex:01,02"}, "HKEY_CURRENT_USER\\A\\B": {}}
    assert unquoted("dword:00000001") is None

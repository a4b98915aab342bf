"""What a machine lacks: where each browser looks, what an administrator has set already, and what is left to others."""

import json
import plistlib
from pathlib import Path

import pytest

from robot.errors import SettingsError, UsageError
from robot.setup import CommandChange, FileChange, RegistryChange, apply, browser_name, left_out, plan, runtime_change, undo

ENTRY = "iglijbhfichnfmijbmebhcgbaagbbikc;https://clients2.google.com/service/update2/crx"
POLICY = "ExtensionInstallForcelist"
HOST_FILE = "vn.gov.vss.token_signing.json"
CHROMIUM = Path("/usr/bin/chromium")


def _planned(settings, machine, **more):
    return plan(settings, machine, browser=CHROMIUM, **more)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("/usr/bin/chromium", "chromium"),
        ("/usr/bin/google-chrome-stable", "chrome"),
        ("/usr/bin/microsoft-edge-stable", "edge"),
        (r"C:\Program Files\Google\Chrome\Application\chrome.exe", "chrome"),
        (r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe", "edge"),
        (r"C:\Users\a\AppData\Local\Chromium\Application\chrome.exe", "chromium"),
        ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "chrome"),
        ("/home/a/.cache/ms-playwright/chromium-1148/chrome-linux/chrome", "chromium"),
    ],
)
def test_the_browser_is_known_by_its_program(program, name):
    """On each system."""
    assert browser_name(Path(program)) == name


def test_every_browser_is_set_up_in_its_own_place(settings, machine, tmp_path):
    """On Linux: policies and native hosts of the browsers that the settings name."""
    wanted = settings(browsers=("chrome", "edge", "chromium"))
    etc = [str(tmp_path / "root" / "etc" / name) for name in ("opt/chrome", "opt/edge", "chromium")]
    places = [
        f"{place}/{rest}" for place in etc for rest in ("policies/managed/vss-robot.json", "native-messaging-hosts/" + HOST_FILE)
    ]
    assert [change.path for change in _planned(wanted, machine("linux"))] == places


def test_a_user_gets_the_host_and_a_sentence_about_the_extension(settings, machine, tmp_path):
    """Policies of one user exist on Windows only."""
    for system, folder in (("linux", ".config/chromium"), ("macos", "Library/Application Support/Chromium")):
        changes = _planned(settings(), machine(system), scope="user")
        assert [change.path for change in changes] == [str(tmp_path / "user" / folder / "NativeMessagingHosts" / HOST_FILE)]
        assert [text.key for text in left_out(settings(), machine(system), "user")] == ["setup.extension_for_everybody"]
    assert left_out(settings(), machine("windows"), "user") == []


def test_a_machine_that_is_as_the_settings_say_is_left_alone(settings, machine, journal):
    """Planning again after applying finds nothing; on each system."""
    for system in ("linux", "macos", "windows"):
        here = machine(system)
        apply(_planned(settings(), here), journal, here)
        assert _planned(settings(), here) == []
        undo(journal, here)


def test_an_administrators_list_is_added_to(settings, machine, tmp_path):
    """The file that counts (the last by name) keeps its other policies and entries; an older entry of ours is replaced."""
    managed = tmp_path / "root/etc/chromium/policies/managed"
    managed.mkdir(parents=True)
    (managed / "a.json").write_text(json.dumps({POLICY: ["aaaa;https://a.example/"]}))
    other = "bbbb;https://b.example/"
    ours = ENTRY.partition(";")[0] + ";https://old.example/"
    (managed / "b.json").write_text(json.dumps({POLICY: [ours, other], "HomepageLocation": "https://thu.example/"}))
    change = _planned(settings(host_manifest=False), machine("linux"))[0]
    assert change.path == str(managed / "b.json")
    assert json.loads(change.content) == {POLICY: [other, ENTRY], "HomepageLocation": "https://thu.example/"}


def test_a_policy_file_that_cannot_be_read_is_said(settings, machine, tmp_path):
    """Adding a file beside it might undo what it sets."""
    managed = tmp_path / "root/etc/chromium/policies/managed"
    managed.mkdir(parents=True)
    (managed / "a.json").write_text("{")
    with pytest.raises(UsageError) as refused:
        _planned(settings(), machine("linux"))
    assert refused.value.text.key == "errors.setup_policy_unreadable"


def test_macos_policies_are_a_property_list(settings, machine, tmp_path):
    """What stands in it stays."""
    file = tmp_path / "root/Library/Managed Preferences/com.google.Chrome.plist"
    file.parent.mkdir(parents=True)
    file.write_bytes(plistlib.dumps({"HomepageLocation": "https://thu.example/"}, fmt=plistlib.FMT_BINARY))
    change = _planned(settings(browsers=("chrome",)), machine("macos"))[0]
    assert plistlib.loads(change.content.encode()) == {"HomepageLocation": "https://thu.example/", POLICY: [ENTRY]}


def test_windows_takes_the_first_free_number(settings, machine):
    """The list is a key with numbered values; the host is a key whose default value names the manifest."""
    here = machine("windows")
    key = rf"HKEY_LOCAL_MACHINE\Software\Policies\Google\Chrome\{POLICY}"
    here.registry.write(key.upper(), "1", '"aaaa;https://a.example/"')
    here.registry.write(key, "3", "dword:00000001")
    extension, manifest, host = _planned(settings(browsers=("chrome",)), here)
    assert extension == RegistryChange(key, "2", ENTRY)
    assert isinstance(manifest, FileChange)
    assert host == RegistryChange(
        rf"HKEY_LOCAL_MACHINE\Software\Google\Chrome\NativeMessagingHosts\{HOST_FILE.removesuffix('.json')}", "", manifest.path
    )


def test_the_library_is_installed_silently_unless_it_is_there(settings, machine, tmp_path):
    """An .msi by msiexec, anything else by the command in the settings."""
    none = {"extension": False, "host_manifest": False}
    msi = str(tmp_path / "vss.msi")
    change = _planned(settings(library_installer=msi, **none), machine("linux"))[0]
    assert (change.command, change.undo_command) == (
        ("msiexec", "/i", msi, "/qn", "/norestart"),
        ("msiexec", "/x", msi, "/qn", "/norestart"),
    )
    with pytest.raises(SettingsError) as refused:
        _planned(settings(library_installer=tmp_path / "vss.exe", **none), machine("linux"))
    assert "library_command" in str(refused.value)
    there = tmp_path / "vss.dll"
    command = {"library_command": ("vss.exe", "/S"), "library_file": there}
    assert _planned(settings(**command, **none), machine("linux")) == [
        CommandChange("library", ("vss.exe", "/S"), (), str(there))
    ]
    there.touch()
    assert _planned(settings(**command, **none), machine("linux")) == []


def test_the_runtime_is_never_part_of_a_plan(settings, machine):
    """It is run after consent only, by whoever has asked for it."""
    wanted = settings(runtime_command=("vc_redist.exe", "/install", "/quiet", "/norestart"))
    assert not [change for change in _planned(wanted, machine("linux")) if isinstance(change, CommandChange)]
    assert runtime_change(wanted).command == ("vc_redist.exe", "/install", "/quiet", "/norestart")
    assert runtime_change(settings()) is None

"""The extension by its folder, by the browser's own list and by the machine's policies."""

import json
import shutil
from pathlib import Path

import pytest

import fixtures.extension
from fixtures.extension import EXTENSION_ID
from robot.browser.policy import blocked_by, blocking, installing, may_install
from robot.diagnosis.probes.extension import judge, look_on_disk
from robot.settings import Settings
from robot.settings.model import Browser

UNPACKED = Path(fixtures.extension.__file__).parent / "unpacked"
OTHER = "fedikkfggglfkfeneegffpfnjbhnifnk"


def settings_of(folder: Path | None = None, extension_id: str = EXTENSION_ID, version: str = "") -> Settings:
    return Settings(browser=Browser(extension_dir=folder, extension_id=extension_id, extension_version=version))


def row(extension_id: str = EXTENSION_ID, **changes: object) -> dict:
    return {"id": extension_id, "name": "VSS Token Signing", "version": "1.0.0", "state": "ENABLED", "reasons": []} | changes


def test_the_unpacked_folder_tells_id_and_version(tmp_path):
    """The id is counted from the key in its manifest; another key, an old version and half a folder are told."""
    folder = shutil.copytree(UNPACKED, tmp_path / "extension")
    assert look_on_disk(settings_of(folder), "chromium").state == "ok"
    assert look_on_disk(settings_of(folder, version="1.1"), "chromium").code == "extension_old"
    assert look_on_disk(settings_of(folder, extension_id=OTHER), "chromium").code == "extension_wrong_id"
    (folder / "manifest.json").unlink()
    assert look_on_disk(settings_of(folder), "chromium").code == "extension_missing"


@pytest.mark.parametrize(
    ("rows", "policy", "code"),
    [
        ([row()], "", ""),
        ([], "", "extension_missing"),
        ([], "managed/x.json: ExtensionInstallBlocklist", "extension_blocked"),
        ([row(state="DISABLED")], "", "extension_disabled"),
        ([row(state="DISABLED", reasons=["blockedByPolicy"])], "", "extension_blocked"),
        ([row(OTHER)], "", "extension_wrong_id"),
        ([row(OTHER, name="Chromium PDF Viewer")], "", "extension_missing"),
    ],
)
def test_the_browsers_list_is_judged(rows, policy, code):
    """Absent, off, kept out by policy, or another build under another id."""
    assert code == judge(rows, settings_of(), policy).code


@pytest.mark.parametrize(
    ("policy", "blocks"),
    [
        ({}, False),
        ({"ExtensionInstallBlocklist": ["*"]}, True),
        ({"ExtensionInstallBlocklist": ["*"], "ExtensionInstallAllowlist": [OTHER]}, False),
        ({"ExtensionInstallBlocklist": ["*"], "ExtensionInstallForcelist": [f"{OTHER};http://x/"]}, False),
        ({"ExtensionSettings": {OTHER: {"installation_mode": "blocked"}}}, True),
        ({"ExtensionSettings": {"*": {"installation_mode": "blocked"}, OTHER: {"installation_mode": "allowed"}}}, False),
    ],
)
def test_a_policy_of_its_own_goes_before_the_rule_for_all(tmp_path, policy, blocks):
    """Read from a real policy folder, too; a damaged file beside it is passed over."""
    assert blocks == bool(blocking(policy, OTHER))
    (tmp_path / "managed").mkdir()
    (tmp_path / "managed" / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "managed" / "b.json").write_text(json.dumps(policy), encoding="utf-8")
    assert blocks == bool(blocked_by(OTHER, "chromium", tmp_path))


@pytest.mark.parametrize(
    ("policy", "installs"),
    [
        ({}, False),
        ({"ExtensionInstallForcelist": [f"{EXTENSION_ID};http://x/"]}, False),
        ({"ExtensionInstallForcelist": [f"{OTHER};http://x/"]}, True),
        ({"ExtensionSettings": {OTHER: {"installation_mode": "force_installed"}}}, True),
        ({"ExtensionSettings": {OTHER: {"installation_mode": "allowed"}}}, False),
        ({"CloudManagementEnrollmentToken": "a"}, True),
    ],
)
def test_an_extension_is_waited_for_only_where_a_policy_brings_it(tmp_path, policy, installs):
    """A policy's own list or setting, or an enrolment whose policies only the browser can read."""
    assert installs == installing(policy, OTHER)
    (tmp_path / "managed").mkdir()
    (tmp_path / "managed" / "a.json").write_text(json.dumps(policy), encoding="utf-8")
    assert installs == may_install(OTHER, "chromium", tmp_path)


def test_an_enrolled_browser_may_be_told_from_elsewhere(tmp_path):
    """Chrome's enrolment lies beside its policies."""
    (tmp_path / "enrollment").mkdir()
    (tmp_path / "enrollment" / "CloudManagementEnrollmentToken").write_text("a", encoding="utf-8")
    assert may_install(OTHER, "chromium", tmp_path)

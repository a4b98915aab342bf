"""The extension by the policy ExtensionInstallForcelist: the browser fetches and installs it, and nobody can switch it off.

An entry is `ID;UPDATE_URL`. What an administrator has put on the list stays on it.
"""

from __future__ import annotations

import json
import plistlib
from typing import TYPE_CHECKING, Any

from robot.errors import UsageError
from robot.setup.files import FileChange
from robot.setup.places import BROWSERS
from robot.setup.registry import unquoted
from robot.setup.registry_value import RegistryChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.setup.change import Change
    from robot.setup.machine import Machine
    from robot.setup.places import BrowserName

POLICY = "ExtensionInstallForcelist"
OWN_FILE = "vss-robot.json"


def forced(machine: Machine, browser: BrowserName, entry: str, hive: str) -> list[Change]:
    """What is to be written so that the browser installs the extension; nothing where the list holds it already.

    Raises:
        UsageError: a policy file that stands there cannot be read.
    """
    if machine.system == "windows":
        return _windows(machine, browser, entry, hive)
    change = _linux(machine, browser, entry) if machine.system == "linux" else _macos(machine, browser, entry)
    return [change] if change is not None else []


def _linux(machine: Machine, browser: BrowserName, entry: str) -> FileChange | None:
    """Of several files that set the same policy, the last by name counts alone: so that one is added to."""
    folder = machine.path(BROWSERS[browser].linux_policies)
    try:
        files = sorted(folder.glob("*.json"))
        held = {file: json.loads(file.read_text(encoding="utf-8")) for file in files}
    except (OSError, ValueError) as wrong:
        raise UsageError("setup_policy_unreadable", folder=folder, why=wrong) from wrong
    counts = [file for file, policies in held.items() if POLICY in policies]
    file = counts[-1] if counts else folder / OWN_FILE
    policies = held.get(file, {})
    listed = _with(policies.get(POLICY, []), entry)
    if listed is None:
        return None
    return FileChange(str(file), json.dumps(policies | {POLICY: listed}, ensure_ascii=False, indent=1) + "\n")


def _macos(machine: Machine, browser: BrowserName, entry: str) -> FileChange | None:
    file: Path = machine.path(f"/Library/Managed Preferences/{BROWSERS[browser].mac_domain}.plist")
    try:
        policies: dict[str, Any] = plistlib.loads(file.read_bytes()) if file.exists() else {}
    except (OSError, ValueError, plistlib.InvalidFileException) as wrong:
        raise UsageError("setup_policy_unreadable", folder=file, why=wrong) from wrong
    listed = _with(policies.get(POLICY, []), entry)
    if listed is None:
        return None
    return FileChange(str(file), plistlib.dumps(policies | {POLICY: listed}).decode())


def _windows(machine: Machine, browser: BrowserName, entry: str, hive: str) -> list[Change]:
    """The list is a key with values named by numbers from 1."""
    assert machine.registry is not None  # noqa: S101 - for the type checker: a Windows machine has one
    key = f"{hive}\\{BROWSERS[browser].windows_policies}\\{POLICY}"
    values = (machine.registry.read(key) or {}).get(key, {})
    texts = {name: unquoted(value) or "" for name, value in values.items()}
    if entry in texts.values():
        return []
    same = [name for name, text in texts.items() if _id(text) == _id(entry)]
    number = same[0] if same else str(next(number for number in range(1, len(values) + 2) if str(number) not in values))
    return [RegistryChange(key, number, entry)]


def _with(listed: Sequence[str], entry: str) -> list[str] | None:
    """The list with the entry in the place of an older one of the same extension; None where it is there already."""
    if entry in listed:
        return None
    others = [one for one in listed if _id(one) != _id(entry)]
    return [*others, entry]


def _id(entry: str) -> str:
    return entry.partition(";")[0]

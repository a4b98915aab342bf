"""What a machine lacks, as a list of changes: extension, library, native host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from robot.errors import SettingsError, UsageError
from robot.setup.commands import CommandChange
from robot.setup.extension import forced
from robot.setup.files import FileChange
from robot.setup.places import BROWSERS, browser_name
from robot.setup.registry import RegistryFailed, quoted
from robot.setup.registry_value import RegistryChange
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from robot.settings import Settings
    from robot.setup.change import Change
    from robot.setup.machine import Machine
    from robot.setup.places import BrowserName

Scope = Literal["system", "user"]
HIVES = {"system": "HKEY_LOCAL_MACHINE", "user": "HKEY_CURRENT_USER"}


def plan(settings: Settings, machine: Machine, *, browser: Path, scope: Scope | None = None) -> list[Change]:
    """What is to be changed so that this machine is as the settings say; empty where it is.

    `browser` is the program that the robot starts, for settings that name no browsers. Library first: its own set-up may
    register the host, which is then not written again.

    Raises:
        UsageError: a policy file or the registry cannot be read.
        SettingsError: a library that is no .msi, without a command.
    """
    scope = scope or settings.setup.scope
    names = settings.setup.browsers or (browser_name(browser),)
    entry = f"{settings.browser.extension_id};{settings.setup.update_url}"
    changes = _library(settings)
    try:
        for name in dict.fromkeys(names):
            if settings.setup.extension and _policy_possible(machine, scope):
                changes += forced(machine, name, entry, HIVES[scope])
            if settings.setup.host_manifest and settings.signing.host_path and settings.signing.host_name:
                changes += [change for change in _host(settings, machine, name, scope) if change not in changes]
    except RegistryFailed as wrong:
        raise UsageError("setup_registry_unreadable", why=wrong) from wrong
    return changes


def left_out(settings: Settings, machine: Machine, scope: Scope | None = None) -> list[Text]:
    """What the settings ask for and `plan` leaves to somebody else, in sentences."""
    scope = scope or settings.setup.scope
    said = []
    if settings.setup.extension and not _policy_possible(machine, scope):
        said.append(Text("setup.extension_for_everybody"))
    if settings.setup.host_manifest and not (settings.signing.host_path and settings.signing.host_name):
        said.append(Text("setup.no_host_path"))
    return said


def runtime_change(settings: Settings) -> CommandChange | None:
    """The runtime library's installer (Microsoft Visual C++), to be run after consent only; None where none is configured.

    It is no part of `plan`, and has no removal: other programs on the machine may use the library from then on.
    """
    command = settings.setup.runtime_command
    return CommandChange("runtime", command, limit_s=settings.setup.command_s) if command else None


def _policy_possible(machine: Machine, scope: Scope) -> bool:
    """Only Windows has policies of a single user; elsewhere they are for everybody."""
    return scope == "system" or machine.system == "windows"


def _library(settings: Settings) -> list[Change]:
    setup = settings.setup
    command, removal = setup.library_command, setup.library_undo_command
    if not command:
        if setup.library_installer is None:
            return []
        if setup.library_installer.suffix.lower() != ".msi":
            raise SettingsError("setup_library_command_needed", file=setup.library_installer)
        command = ("msiexec", "/i", str(setup.library_installer), "/qn", "/norestart")
        removal = removal or ("msiexec", "/x", str(setup.library_installer), "/qn", "/norestart")
    there = setup.library_file
    if there is not None and there.exists():
        return []
    return [CommandChange("library", command, removal, str(there or ""), setup.command_s)]


def _host(settings: Settings, machine: Machine, browser: BrowserName, scope: Scope) -> list[Change]:
    """The manifest of the library's native host where this browser looks for it."""
    name = settings.signing.host_name
    ids = dict.fromkeys((settings.browser.extension_id, *settings.signing.extension_ids))
    manifest = {
        "name": name,
        "description": "VSS token signing, registered by vss-robot",
        "path": str(settings.signing.host_path),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{one}/" for one in ids],
    }
    file = _host_folder(machine, browser, scope) / f"{name}.json"
    changes: list[Change] = []
    if not _holds(file, manifest):
        changes.append(FileChange(str(file), json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"))
    if machine.registry is not None:
        key = f"{HIVES[scope]}\\{BROWSERS[browser].windows_product}\\NativeMessagingHosts\\{name}"
        if (machine.registry.read(key) or {}).get(key, {}).get("") != quoted(str(file)):
            changes.append(RegistryChange(key, "", str(file)))
    return changes


def _host_folder(machine: Machine, browser: BrowserName, scope: Scope) -> Path:
    places = BROWSERS[browser]
    if machine.system == "windows":
        return machine.own_folder(everybody=scope == "system") / "NativeMessagingHosts"
    if machine.system == "linux":
        return (
            machine.path(places.linux_hosts) if scope == "system" else machine.home / places.linux_user / "NativeMessagingHosts"
        )
    return machine.path(places.mac_hosts) if scope == "system" else machine.home / places.mac_user / "NativeMessagingHosts"


def _holds(file: Path, manifest: Mapping[str, object]) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")) == manifest)
    except (OSError, ValueError):
        return False

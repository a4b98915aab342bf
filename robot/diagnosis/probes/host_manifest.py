"""The native host's manifest: found where this browser looks for it, readable, of the right name, open to the extension.

Places are Chrome's (native messaging): on Linux and macOS the profile's own folder, then the system's; on Windows the registry,
first the user's, then the machine's.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from robot.browser.policy import family
from robot.diagnosis.probe import Probe, broken, ok, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from robot.diagnosis.case import Case

FOLDER: Final = "NativeMessagingHosts"
_LINUX: Final = {
    "chromium": "/etc/chromium/native-messaging-hosts",
    "chrome": "/etc/opt/chrome/native-messaging-hosts",
    "msedge": "/etc/opt/edge/native-messaging-hosts",
}
_MAC: Final = {
    "chromium": "/Library/Application Support/Chromium/NativeMessagingHosts",
    "chrome": "/Library/Google/Chrome/NativeMessagingHosts",
    "msedge": "/Library/Microsoft/Edge/NativeMessagingHosts",
}
_WINDOWS: Final = {
    # Chromium reads Chrome's place too, and Edge all three (Microsoft, "Native messaging").
    "chromium": (r"SOFTWARE\Chromium", r"SOFTWARE\Google\Chrome"),
    "chrome": (r"SOFTWARE\Google\Chrome",),
    "msedge": (r"SOFTWARE\Microsoft\Edge", r"SOFTWARE\Chromium", r"SOFTWARE\Google\Chrome"),
}


@dataclass(frozen=True)
class ManifestSeen:
    """The probe, and the program that a usable manifest names."""

    probe: Probe
    program: Path | None = None


def look_at_manifest(case: Case, browser: Path | None, *, written: bool) -> ManifestSeen:
    """The manifest of the settings' host, as a browser on the case's profile would find it.

    `written`: a browser was started since, so that the robot would have written its own by now.
    """
    name = case.settings.signing.host_name
    if not name:
        return ManifestSeen(unknown("host", "host_unset"))
    if case.writes_manifest and not written:
        return ManifestSeen(ok("host", "manifest_later"))
    file = next((place for place in places(case.profile, name, family(browser)) if os.path.lexists(place)), None)
    if file is None:
        return ManifestSeen(broken("manifest_missing", host=name))
    return read_manifest(file, name, case.extension_ids[:1])


def read_manifest(file: Path, name: str, extension_ids: Sequence[str]) -> ManifestSeen:
    """What one manifest says, judged as Chrome judges it."""
    try:
        said: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "not JSON"
        return ManifestSeen(broken("manifest_unreadable", file=file, why=why))
    why = _unusable(said)
    if why:
        return ManifestSeen(broken("manifest_unreadable", file=file, why=why))
    if said["name"] != name:
        return ManifestSeen(broken("manifest_wrong_name", file=file, found=said["name"], host=name))
    program = Path(said["path"])
    for extension_id in extension_ids:
        if f"chrome-extension://{extension_id}/" not in said["allowed_origins"]:
            return ManifestSeen(broken("manifest_forbidden", file=file, id=extension_id), program)
    # Only Windows lets the path count from the manifest's own folder.
    return ManifestSeen(ok("host", "manifest", file=file), file.parent / program if sys.platform == "win32" else program)


def places(profile: Path, name: str, of: str) -> Iterator[Path]:
    """Where a browser of this family looks, in its order."""
    if sys.platform == "win32":
        yield from _registered(name, of)
    else:
        yield profile / FOLDER / f"{name}.json"
        yield Path((_MAC if sys.platform == "darwin" else _LINUX)[of]) / f"{name}.json"


def _unusable(said: Any) -> str:
    """Why Chrome would not take what stands in the file; empty where it would."""
    if not isinstance(said, dict):
        return "not an object"
    for key in ("name", "description", "path", "type"):
        if not isinstance(said.get(key), str):
            return f"{key}?"
    if said["type"] != "stdio":
        return f"type {said['type']}"
    if not isinstance(said.get("allowed_origins"), list):
        return "allowed_origins?"
    return "" if sys.platform == "win32" or Path(said["path"]).is_absolute() else "path is not absolute"


if sys.platform == "win32":

    def _registered(name: str, of: str) -> Iterator[Path]:
        import winreg  # noqa: PLC0415 - only Windows has it

        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            for below in _WINDOWS[of]:
                try:
                    yield Path(winreg.QueryValue(root, rf"{below}\NativeMessagingHosts\{name}"))
                except OSError:
                    continue

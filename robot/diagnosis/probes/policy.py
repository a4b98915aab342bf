"""What the machine's policy says of the extension: Chrome reads it from files on Linux, from the registry on Windows.

Names are Chrome's enterprise policies: ExtensionInstallBlocklist, ExtensionInstallAllowlist, ExtensionSettings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

_LINUX: Final = {"chromium": "/etc/chromium/policies", "chrome": "/etc/opt/chrome/policies", "msedge": "/etc/opt/edge/policies"}
_WINDOWS: Final = {
    "chromium": r"SOFTWARE\Policies\Chromium",
    "chrome": r"SOFTWARE\Policies\Google\Chrome",
    "msedge": r"SOFTWARE\Policies\Microsoft\Edge",
}


def blocked_by(extension_id: str, family: str, folder: Path | None = None) -> str:
    """The file or key and the policy by which this extension is kept out; empty where none does.

    `folder`: the policies' folder, for a browser that is told another one than its family's.
    """
    if sys.platform == "win32":
        return _in_registry(extension_id, _WINDOWS[family])
    place = folder or Path(_LINUX[family])
    for file in sorted(place.glob("managed/*.json")):
        try:
            said: Any = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(said, dict) and (name := blocking(said, extension_id)):
            return f"{file}: {name}"
    return ""


def blocking(policy: dict[str, Any], extension_id: str) -> str:
    """The policy by which the extension is blocked; a setting of its own goes before the lists, an exception before `*`."""
    settings = policy.get("ExtensionSettings")
    settings = settings if isinstance(settings, dict) else {}
    own, everyone = settings.get(extension_id), settings.get("*")
    if isinstance(own, dict) and "installation_mode" in own:
        return "ExtensionSettings" if own["installation_mode"] in {"blocked", "removed"} else ""
    forced = policy.get("ExtensionInstallForcelist") or []
    if any(str(entry).split(";")[0] == extension_id for entry in forced):
        return ""
    if extension_id in (policy.get("ExtensionInstallAllowlist") or []):
        return ""
    blocked = policy.get("ExtensionInstallBlocklist") or []
    if extension_id in blocked or "*" in blocked:
        return "ExtensionInstallBlocklist"
    if isinstance(everyone, dict) and everyone.get("installation_mode") in {"blocked", "removed"}:
        return "ExtensionSettings"
    return ""


if sys.platform == "win32":

    def _in_registry(extension_id: str, key: str) -> str:
        import winreg  # noqa: PLC0415 - only Windows has it

        for root, name in ((winreg.HKEY_LOCAL_MACHINE, "HKLM"), (winreg.HKEY_CURRENT_USER, "HKCU")):
            policy: dict[str, Any] = {}
            for rows in ("ExtensionInstallBlocklist", "ExtensionInstallAllowlist", "ExtensionInstallForcelist"):
                policy[rows] = list(_values(root, rf"{key}\{rows}").values())
            try:
                policy["ExtensionSettings"] = json.loads(str(_values(root, key).get("ExtensionSettings", "{}")))
            except ValueError:
                policy["ExtensionSettings"] = {}
            if found := blocking(policy, extension_id):
                return rf"{name}\{key}: {found}"
        return ""

    def _values(root: int, key: str) -> dict[str, Any]:
        import winreg  # noqa: PLC0415 - only Windows has it

        try:
            with winreg.OpenKey(root, key) as opened:
                count = winreg.QueryInfoKey(opened)[1]
                return {name: value for name, value, _ in (winreg.EnumValue(opened, index) for index in range(count))}
        except OSError:
            return {}

else:

    def _in_registry(_extension_id: str, _key: str) -> str:
        return ""

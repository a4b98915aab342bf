"""What the machine's policies say of the extension: Chrome reads them from files on Linux, from the registry on Windows.

Names are Chrome's enterprise policies: ExtensionInstallBlocklist, ExtensionInstallAllowlist, ExtensionInstallForcelist,
ExtensionSettings. A browser that is enrolled (CloudManagementEnrollmentToken) has policies that only it can read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINUX: Final = {"chromium": "/etc/chromium/policies", "chrome": "/etc/opt/chrome/policies", "msedge": "/etc/opt/edge/policies"}
_WINDOWS: Final = {
    "chromium": r"SOFTWARE\Policies\Chromium",
    "chrome": r"SOFTWARE\Policies\Google\Chrome",
    "msedge": r"SOFTWARE\Policies\Microsoft\Edge",
}


def family(browser: Path | None) -> str:
    """Whose places a browser reads: `chrome`, `msedge` or `chromium`."""
    name = str(browser or "").casefold()
    return next((known for known in ("msedge", "chrome") if known in name.replace("microsoft-edge", "msedge")), "chromium")


def blocked_by(extension_id: str, of: str, folder: Path | None = None) -> str:
    """The file or key and the policy by which this extension is kept out; empty where none does.

    `of`: the browser's family. `folder`: the policies' folder, for a browser that is told another one than its family's.
    """
    found = ((where, blocking(policies, extension_id)) for where, policies in _policies(of, folder))
    return next((f"{where}: {name}" for where, name in found if name), "")


def may_install(extension_id: str, of: str, folder: Path | None = None) -> bool:
    """Whether a policy has the browser install this extension by itself, or there may be one that only the browser can read."""
    if sys.platform == "darwin":
        return True  # managed preferences and profiles are not read here
    enrolled = sys.platform != "win32" and any((folder or Path(_LINUX[of])).glob("enrollment/*"))
    return enrolled or any(installing(policies, extension_id) for _, policies in _policies(of, folder))


def installing(policy: dict[str, Any], extension_id: str) -> bool:
    """Whether this policy makes the browser install the extension, or is the mark of one enrolled elsewhere."""
    settings = policy.get("ExtensionSettings")
    own = settings.get(extension_id) if isinstance(settings, dict) else None
    if isinstance(own, dict) and own.get("installation_mode") in {"force_installed", "normal_installed"}:
        return True
    return _forced(policy, extension_id) or bool(policy.get("CloudManagementEnrollmentToken"))


def _forced(policy: dict[str, Any], extension_id: str) -> bool:
    """An entry of the list is `ID` or `ID;UPDATE_URL`."""
    return any(str(entry).split(";")[0] == extension_id for entry in policy.get("ExtensionInstallForcelist") or [])


def blocking(policy: dict[str, Any], extension_id: str) -> str:
    """The policy by which the extension is blocked; a setting of its own goes before the lists, an exception before `*`."""
    settings = policy.get("ExtensionSettings")
    settings = settings if isinstance(settings, dict) else {}
    own, everyone = settings.get(extension_id), settings.get("*")
    if isinstance(own, dict) and "installation_mode" in own:
        return "ExtensionSettings" if own["installation_mode"] in {"blocked", "removed"} else ""
    if _forced(policy, extension_id):
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

    def _policies(of: str, _folder: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
        import winreg  # noqa: PLC0415 - only Windows has it

        key = _WINDOWS[of]
        for root, name in ((winreg.HKEY_LOCAL_MACHINE, "HKLM"), (winreg.HKEY_CURRENT_USER, "HKCU")):
            policy: dict[str, Any] = dict(_values(root, key))
            for rows in ("ExtensionInstallBlocklist", "ExtensionInstallAllowlist", "ExtensionInstallForcelist"):
                policy[rows] = list(_values(root, rf"{key}\{rows}").values())
            try:
                policy["ExtensionSettings"] = json.loads(str(policy.get("ExtensionSettings", "{}")))
            except ValueError:
                policy["ExtensionSettings"] = {}
            yield rf"{name}\{key}", policy

    def _values(root: int, key: str) -> dict[str, Any]:
        import winreg  # noqa: PLC0415 - only Windows has it

        try:
            with winreg.OpenKey(root, key) as opened:
                count = winreg.QueryInfoKey(opened)[1]
                return {name: value for name, value, _ in (winreg.EnumValue(opened, index) for index in range(count))}
        except OSError:
            return {}

else:

    def _policies(of: str, folder: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
        for file in sorted((folder or Path(_LINUX[of])).glob("managed/*.json")):
            try:
                said: Any = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(said, dict):
                yield str(file), said

"""Where each browser looks for policies and native hosts.

Sources: Chrome Enterprise's policy documentation (managed policies on Linux, Windows, macOS), Microsoft Edge's and
Chromium's own, and the native messaging pages of both for the manifests' places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BrowserName = Literal["chrome", "edge", "chromium"]


@dataclass(frozen=True)
class Places:
    """One browser's places; those of a user count from the user's own folder."""

    linux_etc: str
    linux_user: str
    mac_domain: str
    mac_hosts: str
    mac_user: str
    windows_policies: str  # below HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER
    windows_product: str

    @property
    def linux_policies(self) -> str:
        """Folder of the policies that bind."""
        return f"{self.linux_etc}/policies/managed"

    @property
    def linux_hosts(self) -> str:
        """Folder of the native hosts for everybody."""
        return f"{self.linux_etc}/native-messaging-hosts"


BROWSERS: Final[Mapping[BrowserName, Places]] = {
    "chrome": Places(
        linux_etc="/etc/opt/chrome",
        linux_user=".config/google-chrome",
        mac_domain="com.google.Chrome",
        mac_hosts="/Library/Google/Chrome/NativeMessagingHosts",
        mac_user="Library/Application Support/Google/Chrome",
        windows_policies=r"Software\Policies\Google\Chrome",
        windows_product=r"Software\Google\Chrome",
    ),
    "edge": Places(
        linux_etc="/etc/opt/edge",
        linux_user=".config/microsoft-edge",
        mac_domain="com.microsoft.Edge",
        mac_hosts="/Library/Microsoft/Edge/NativeMessagingHosts",
        mac_user="Library/Application Support/Microsoft Edge",
        windows_policies=r"Software\Policies\Microsoft\Edge",
        windows_product=r"Software\Microsoft\Edge",
    ),
    "chromium": Places(
        linux_etc="/etc/chromium",
        linux_user=".config/chromium",
        mac_domain="org.chromium.Chromium",
        mac_hosts="/Library/Application Support/Chromium/NativeMessagingHosts",
        mac_user="Library/Application Support/Chromium",
        windows_policies=r"Software\Policies\Chromium",
        windows_product=r"Software\Chromium",
    ),
}


def browser_name(program: Path) -> BrowserName:
    """Which browser a program is, by its path; what names neither Google nor Edge is a Chromium."""
    said = str(program).lower()
    if "edge" in said:
        return "edge"
    # Windows: ...\Google\Chrome\..., macOS: Google Chrome.app, Linux: google-chrome or /opt/google/chrome.
    return "chrome" if "google" in said else "chromium"

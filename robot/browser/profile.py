"""A browser profile: the robot's own folder for one organisation, never a person's.

Chrome ignores remote debugging on its default profile since version 136, and the portal's session, the extension and
the native host's manifest belong to one organisation: so a folder each.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from robot import private
from robot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

# Chrome would keep what is typed (passwords, form history) in the profile: the vault alone keeps secrets.
PREFERENCES: dict[str, Any] = {
    "credentials_enable_service": False,
    "profile": {"password_manager_enabled": False},
    "autofill": {"enabled": False, "profile_enabled": False, "credit_card_enabled": False},
    "translate": {"enabled": False},
}
SINGLETONS = ("SingletonLock", "SingletonSocket", "SingletonCookie")


@dataclass(frozen=True)
class Profile:
    """The user-data-dir of one organisation."""

    folder: Path

    def make_ready(self) -> None:
        """Make the folder (for its owner only), set what Chrome must not remember, clear a lock left by a dead browser.

        Raises:
            UsageError: a living browser uses the profile.
        """
        private.make_folder(self.folder)
        owner = self._owner()
        if owner is not None:
            raise UsageError("profile_busy", profile=self.folder, pid=owner)
        for name in SINGLETONS:
            with contextlib.suppress(FileNotFoundError):
                (self.folder / name).unlink()
        self._set_preferences()

    def write_host_manifest(self, name: str, program: Path, *extension_ids: str) -> Path:
        """Tell Chrome which program the native host `name` is; only these extensions may start it.

        The form and the place are Chrome's (native messaging): on Linux and macOS a custom profile's own
        `NativeMessagingHosts` folder is read before the system's.
        """
        folder = self.folder / "NativeMessagingHosts"
        folder.mkdir(exist_ok=True)
        manifest = {
            "name": name,
            "description": "VSS token signing, registered by vss-robot",
            "path": str(program),
            "type": "stdio",
            "allowed_origins": [f"chrome-extension://{extension_id}/" for extension_id in extension_ids],
        }
        file = folder / f"{name}.json"
        file.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        return file

    def processes(self) -> list[psutil.Process]:
        """Every living process that was started on this profile (the browser, its renderers and helpers)."""
        argument = f"--user-data-dir={self.folder}"
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if argument in process.cmdline():
                    found.append(process)
        return found

    def _owner(self) -> int | None:
        """The process that holds the profile, by Chrome's own lock; None where it is free or its holder is dead."""
        lock = self.folder / "SingletonLock"
        if sys.platform == "win32" or not lock.is_symlink():
            return None  # on Windows Chrome holds the file open, and the start itself fails
        host, _, pid = str(lock.readlink()).rpartition("-")
        alive = pid.isdigit() and psutil.pid_exists(int(pid))
        return int(pid) if alive and host == socket.gethostname() and self.processes() else None

    def _set_preferences(self) -> None:
        file = self.folder / "Default" / "Preferences"
        written: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            written = json.loads(file.read_text(encoding="utf-8"))
        for key, value in PREFERENCES.items():
            written[key] = {**written.get(key, {}), **value} if isinstance(value, dict) else value
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(written), encoding="utf-8")

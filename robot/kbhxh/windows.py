"""Windows' own: registry, event log, sharing of files, texts of windows. Written from documentation, run on no Windows yet."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import os
    import subprocess
    import winreg
    from ctypes import wintypes
    from pathlib import Path
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from collections.abc import Iterator

    UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
    # .NET Runtime 1026 holds the exception's text, Application Error 1000 the program's name (Microsoft Learn).
    QUERY = "*[System[Provider[@Name='.NET Runtime' or @Name='Application Error'] and (EventID=1026 or EventID=1000)]]"
    SHARING = {32, 33}  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
    GENERIC_READ, OPEN_EXISTING, NORMAL = 0x80000000, 3, 0x80
    WM_GETTEXT, ABORT_IF_HUNG, LONGEST = 0x000D, 0x0002, 4096

    def places() -> Iterator[Path]:
        """Where the uninstaller's keys say that KBHXH is, then `TSD` under the folders of programs."""
        for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            for view in (winreg.KEY_WOW64_32KEY, winreg.KEY_WOW64_64KEY):
                yield from _registered(root, view)
        for name in ("PROGRAMFILES(X86)", "PROGRAMFILES", "PROGRAMW6432"):
            if root_folder := os.environ.get(name):
                yield Path(root_folder) / "TSD"

    def _registered(root: int, view: int) -> Iterator[Path]:
        try:
            key = winreg.OpenKey(root, UNINSTALL, access=winreg.KEY_READ | view)
        except OSError:
            return
        with key:
            for index in range(winreg.QueryInfoKey(key)[0]):
                try:
                    with winreg.OpenKey(key, winreg.EnumKey(key, index)) as program:
                        name = str(winreg.QueryValueEx(program, "DisplayName")[0])
                        where = str(winreg.QueryValueEx(program, "InstallLocation")[0])
                except OSError:  # no name, no place: not ours
                    continue
                if "kbhxh" in name.casefold() and where:
                    yield Path(where)

    def events() -> bytes:
        """The newest 100 records of programs that crashed; nothing where the log may not be read."""
        command = ["wevtutil", "qe", "Application", f"/q:{QUERY}", "/rd:true", "/c:100", "/f:RenderedXml", "/uni:true"]
        try:
            return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout  # noqa: S603 - fixed words
        except (OSError, subprocess.SubprocessError):
            return b""

    def held(file: Path) -> bool:
        """Whether opening it for ourselves alone meets somebody else's handle."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = wintypes.HANDLE
        handle = kernel.CreateFileW(str(file), GENERIC_READ, 0, None, OPEN_EXISTING, NORMAL, None)
        if handle == wintypes.HANDLE(-1).value:
            return ctypes.get_last_error() in SHARING
        kernel.CloseHandle(wintypes.HANDLE(handle))
        return False

    def texts(pid: int) -> list[str]:
        """Texts of the process's top windows and of all that lies in them; a window that hangs is passed over."""
        user = ctypes.WinDLL("user32", use_last_error=True)
        found: list[str] = []
        visitor = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)

        def text(window: int, _: int) -> bool:
            buffer, length = ctypes.create_unicode_buffer(LONGEST), ctypes.c_size_t()
            asked = (wintypes.HWND(window), WM_GETTEXT, LONGEST, buffer, ABORT_IF_HUNG, 500, ctypes.byref(length))
            if user.SendMessageTimeoutW(*asked) and buffer.value:
                found.append(buffer.value)
            return True

        def top(window: int, _: int) -> bool:
            owner = wintypes.DWORD()
            user.GetWindowThreadProcessId(wintypes.HWND(window), ctypes.byref(owner))
            if owner.value == pid:
                text(window, 0)
                user.EnumChildWindows(wintypes.HWND(window), visitor(text), 0)
            return True

        user.EnumWindows(visitor(top), 0)
        return found

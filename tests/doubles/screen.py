"""A screen of a test's own (Xvfb), and somebody before it who sees the library's PIN window and types, as no browser tool can."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fixtures.vendor.window import CLASS
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def virtual_screen() -> Iterator[str]:
    """The name of a screen, such as `:5`, as long as this lasts."""
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        assert number
        try:
            yield f":{number}"
        finally:
            server.terminate()


class Person:
    """Somebody before the screen."""

    def __init__(self, screen: str) -> None:
        self._environment = {"DISPLAY": screen, "PATH": "/usr/bin:/bin"}

    def sees_windows(self) -> list[str]:
        """The PIN windows that are there, by their numbers."""
        return self._do("search", "--onlyvisible", "--class", CLASS).stdout.split()

    def types(self, text: str, *keys: str) -> None:
        """Into the one window that waits; the text goes by stdin, a PIN stands on no command line."""
        until(self.sees_windows, "the PIN window")
        (window,) = self.sees_windows()
        until(lambda: self._do("getwindowfocus").stdout.strip() not in {"", "1"}, "the window to have the keyboard")
        self._do("windowfocus", "--sync", window)
        self._do("type", "--delay", "20", "--file", "-", text=text)
        for key in keys:
            self._do("key", key)

    def _do(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["xdotool", *words], env=self._environment, input=text, capture_output=True, text=True, timeout=30, check=False
        )

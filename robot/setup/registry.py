r"""The Windows registry as a seam, and its implementation by Windows' own `reg` program.

`reg export` and `reg import` speak .reg files: UTF-16, every kind of value, the same words in every language of Windows;
the printed tables of `reg query` are neither. A value is held here as it stands in such a file (`"text"`, `dword:…`,
`hex(7):…`), so that what stood there before can be put back exactly, whatever its kind.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

HEAD = "Windows Registry Editor Version 5.00"
_LIMIT_S = 60
_LINE = re.compile(r'(?:(?P<default>@)|"(?P<name>(?:[^"\\]|\\.)*)")=(?P<value>.*)')

Values = dict[str, str]
"""Values of a key as .reg files write them, by name; the default value's name is empty."""


class RegistryFailed(Exception):  # noqa: N818 - the name says what happened, as in robot.errors
    """The registry was not changed or not read: no right to, or no such program."""


class Registry(Protocol):
    """What the set-up asks of a registry; keys begin with HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER."""

    def has(self, key: str) -> bool:
        """Whether there is such a key."""

    def read(self, key: str) -> dict[str, Values] | None:
        """The key and all below it, each by its full name; None where there is no such key. For small keys only."""

    def write(self, key: str, name: str, value: str | None) -> None:
        """Set a value, the key made where it is missing; None removes the value."""

    def remove(self, key: str) -> None:
        """Remove a key with all below it."""


def quoted(text: str) -> str:
    """A text (REG_SZ) as .reg files write it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(value: str) -> str | None:
    """The text of a REG_SZ value; None where the value is of another kind."""
    if len(value) < 2 or not (value.startswith('"') and value.endswith('"')):  # noqa: PLR2004 - two quotes
        return None
    return re.sub(r"\\(.)", r"\1", value[1:-1])


@dataclass(frozen=True)
class RegProgram:
    """The registry by `reg.exe`; `command` may put another program before it."""

    command: tuple[str, ...] = ("reg",)

    def has(self, key: str) -> bool:
        """See `Registry`; raises RegistryFailed where `reg` cannot be started."""
        return self._run(None, "query", key).returncode == 0

    def read(self, key: str) -> dict[str, Values] | None:
        """See `Registry`; raises RegistryFailed where `reg` cannot be started."""
        with tempfile.TemporaryDirectory(prefix="vss-robot-reg") as folder:
            done = self._run(folder, "export", key, "out.reg", "/y")
            if done.returncode:
                if self.has(key):
                    raise RegistryFailed(done.stderr.decode(errors="replace").strip())
                return None
            keys = parsed((Path(folder) / "out.reg").read_text(encoding="utf-16"))
        # The file begins with the key asked for, but in the letters' case in which it was once made.
        return {key + name[len(key) :]: values for name, values in keys.items()}

    def write(self, key: str, name: str, value: str | None) -> None:
        """See `Registry`; raises RegistryFailed where Windows does not allow it."""
        self._import(f"[{key}]", f"{quoted(name) if name else '@'}={value if value is not None else '-'}")
        # A value keeps the letters' case of the name it was first given.
        held = {known.lower(): kept for known, kept in (self.read(key) or {}).get(key, {}).items()}
        if held.get(name.lower()) != value:
            raise RegistryFailed(key)

    def remove(self, key: str) -> None:
        """See `Registry`; raises RegistryFailed where Windows does not allow it."""
        self._import(f"[-{key}]")
        if self.has(key):
            raise RegistryFailed(key)

    def _import(self, *lines: str) -> None:
        with tempfile.TemporaryDirectory(prefix="vss-robot-reg") as folder:
            text = "\r\n".join([HEAD, "", *lines, "", ""])
            (Path(folder) / "in.reg").write_text(text, encoding="utf-16", newline="")
            done = self._run(folder, "import", "in.reg")
            if done.returncode:
                raise RegistryFailed(done.stderr.decode(errors="replace").strip())

    def _run(self, folder: str | None, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 - Windows' own program, no shell
                [*self.command, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as wrong:
            raise RegistryFailed(str(wrong)) from wrong


def parsed(text: str) -> dict[str, Values]:
    """The keys of a .reg file with their values, long values in one line."""
    keys: dict[str, Values] = {}
    here: Values = {}
    for line in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        if line.startswith("[") and line.endswith("]"):
            here = keys.setdefault(line[1:-1], {})
        elif found := _LINE.fullmatch(line):
            name = "" if found["default"] else re.sub(r"\\(.)", r"\1", found["name"])
            here[name] = found["value"]
    return keys

"""A file written whole, and what stood there put back to the byte."""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from robot.setup.change import ChangedSince
from robot.texts import Text

if TYPE_CHECKING:
    from robot.setup.change import Before
    from robot.setup.machine import Machine


@dataclass(frozen=True)
class FileChange:
    """A whole file written; its folders are made where they are missing."""

    kind: ClassVar[str] = "file"
    path: str
    content: str  # UTF-8

    @property
    def text(self) -> Text:
        """The file and what is written into it."""
        return Text("setup.file", {"path": self.path, "content": self.content.strip()})

    def before(self, machine: Machine) -> Before:  # noqa: ARG002 - the path is absolute
        """The file's bytes, mode and time, and which folders were missing, the outermost first."""
        file = Path(self.path)
        missing = [str(folder) for folder in reversed(file.parents) if not folder.exists()]
        if not file.exists():
            return {"missing": missing}
        status = file.stat()
        held = base64.b64encode(file.read_bytes()).decode("ascii")
        return {"missing": missing, "bytes": held, "mode": status.st_mode & 0o7777, "mtime_ns": status.st_mtime_ns}

    def make(self, machine: Machine) -> None:
        """Written beside and put in its place; readable for everybody, as the browser runs as another user."""
        file = Path(self.path)
        for folder in self.before(machine)["missing"]:
            Path(folder).mkdir()
            Path(folder).chmod(0o755)
        mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
        self._put(self.content.encode(), mode)

    def take_back(self, machine: Machine, before: Before) -> None:
        """The bytes that stood there, or nothing; then the folders that were made and hold nothing else."""
        del machine
        file = Path(self.path)
        self._beside.unlink(missing_ok=True)
        now = file.read_bytes() if file.exists() else None
        old = base64.b64decode(before["bytes"]) if "bytes" in before else None
        if now not in (old, self.content.encode()):
            raise ChangedSince(self.path)
        if old is None:
            file.unlink(missing_ok=True)
        elif now != old:
            self._put(old, before["mode"])
            os.utime(file, ns=(before["mtime_ns"], before["mtime_ns"]))
        for folder in reversed(before["missing"]):
            with contextlib.suppress(OSError):  # somebody else's file lies in it by now
                Path(folder).rmdir()

    @property
    def _beside(self) -> Path:
        return Path(self.path).with_name(f".{Path(self.path).name}.vss-robot")

    def _put(self, content: bytes, mode: int) -> None:
        with self._beside.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        self._beside.chmod(mode)
        self._beside.replace(self.path)

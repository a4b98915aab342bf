"""The journal: what is about to be changed and what stands there, on disk before the change is made.

A file of lines, each one JSON object, added to and flushed to the disk. A last line that was torn by a crash was never
acted upon: it is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from robot.errors import UsageError
from robot.setup.change import described
from robot.setup.commands import CommandChange
from robot.setup.files import FileChange
from robot.setup.registry_value import RegistryChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from robot.setup.change import Before, Change

KINDS: dict[str, Callable[..., Change]] = {"file": FileChange, "registry": RegistryChange, "command": CommandChange}


@dataclass(frozen=True)
class Entry:
    """A change that was begun; `made` once it was finished."""

    number: int
    at: str  # UTC, ISO 8601
    change: Change
    before: Before
    made: bool


class Journal:
    """The changes made to one machine and not yet taken back."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @classmethod
    def of(cls, home: Path) -> Journal:
        """The journal in the robot's home."""
        return cls(home / "setup" / "journal.jsonl")

    def entries(self) -> list[Entry]:
        """What was begun and not taken back, in order.

        Raises:
            UsageError: the file cannot be read, or is no journal.
        """
        begun: dict[int, dict[str, Any]] = {}
        for line in self._lines():
            if "change" in line:
                begun[line["number"]] = line | {"made": False}
            elif line.get("said") == "undone":
                begun.pop(line["number"], None)
            else:
                begun[line["number"]]["made"] = True
        try:
            return [Entry(**row | {"change": _change(row["change"])}) for row in begun.values()]
        except (KeyError, TypeError) as wrong:
            raise UsageError("setup_journal_unreadable", file=self.file, why=wrong) from wrong

    def fresh(self, changes: Iterable[Change]) -> list[Change]:
        """The changes without commands that the journal shows as run: nothing else tells that they were."""
        made = [entry.change for entry in self.entries() if entry.made]
        return [change for change in changes if not (isinstance(change, CommandChange) and change in made)]

    def begin(self, change: Change, before: Before) -> int:
        """Write down what is about to be changed; its number."""
        number = max((line["number"] for line in self._lines()), default=0) + 1
        self._add({"number": number, "at": datetime.now(UTC).isoformat(), "change": described(change), "before": before})
        return number

    def made(self, number: int) -> None:
        """The change stands."""
        self._add({"number": number, "said": "made"})

    def undone(self, number: int) -> None:
        """The change was taken back; with the last one the journal goes too."""
        self._add({"number": number, "said": "undone"})
        if not self.entries():
            self.file.unlink()
            with contextlib.suppress(OSError):
                self.file.parent.rmdir()

    def _add(self, line: dict[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        torn = self.file.exists() and not self.file.read_bytes().endswith(b"\n")
        text = json.dumps(line, ensure_ascii=False) + "\n"
        with open(self.file, "ab", opener=lambda name, flags: os.open(name, flags, 0o644)) as opened:
            opened.write(b"\n" * torn + text.encode())
            opened.flush()
            os.fsync(opened.fileno())

    def _lines(self) -> list[dict[str, Any]]:
        try:
            written = self.file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as wrong:
            raise UsageError("setup_journal_unreadable", file=self.file, why=wrong.strerror) from wrong
        lines = []
        for line in written:
            with contextlib.suppress(ValueError):  # torn by a crash
                lines.append(json.loads(line))
        return lines


def _change(written: dict[str, Any]) -> Change:
    fills = {name: tuple(value) if isinstance(value, list) else value for name, value in written.items() if name != "kind"}
    return KINDS[written["kind"]](**fills)

"""An upgrade's own folder in the new installation: the plan, the journal of what was copied, the backup, the state.

NEW/vss-robot-upgrade/lock      held by the process at work
NEW/vss-robot-upgrade/N/        the N-th upgrade of this folder
    plan.json                   what is carried over; written before anything is changed, never after
    copied.jsonl                a line a file once it is in its place: path, SHA-256 (or a link's target)
    state                       copying, done, undoing or undone
    before/                     what stood in the new installation, moved here before its place was taken
    later/                      what appeared there in between and was in the way
    undone/                     what was copied, moved here by the undoing
    manifest.json               paths, sizes and SHA-256 sums, written after they were verified
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh.survey import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FOLDER: Final = "vss-robot-upgrade"
State = Literal["new", "copying", "done", "undoing", "undone"]
STATES: Final[dict[str, State]] = {"copying": "copying", "done": "done", "undoing": "undoing", "undone": "undone"}


@dataclass(frozen=True)
class Plan:
    """What an upgrade carries over from where, as it was when it began."""

    old: str
    started: str
    entries: tuple[Entry, ...]
    outside: tuple[str, ...]


class Record:
    """One upgrade's folder. Names that are no UTF-8 are kept byte for byte (surrogateescape)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.part = folder / "part"

    @classmethod
    def newest(cls, new: Path) -> Record:
        """The last upgrade's record; where it was undone, or there is none, an empty one with the next number."""
        home = new / FOLDER
        numbers = [int(one.name) for one in home.iterdir() if one.name.isdecimal()] if home.is_dir() else []
        last = max(numbers, default=0)
        record = cls(home / str(last or 1))
        return cls(home / str(last + 1)) if record.state == "undone" else record

    @property
    def state(self) -> State:
        """How far it is."""
        if not (self.folder / "plan.json").exists():
            return "new"
        try:
            return STATES[(self.folder / "state").read_text(encoding="utf-8")]
        except (OSError, KeyError):
            return "copying"

    def set_state(self, state: State) -> None:
        """Write how far it is; a crash leaves the former or the new state."""
        self._write("state", state)

    def begin(self, old: Path, entries: Iterable[Entry], outside: Iterable[str]) -> Plan:
        """Write the plan; from here on the upgrade is under way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(str(old), datetime.now(UTC).isoformat(timespec="seconds"), tuple(entries), tuple(outside))
        self._write("plan.json", json.dumps(asdict(plan), ensure_ascii=False, indent=1))
        return plan

    def plan(self) -> Plan:
        """The plan as it was written.

        Raises:
            UpgradeStopped: it cannot be read.
        """
        try:
            with (self.folder / "plan.json").open(encoding="utf-8", errors="surrogateescape") as opened:
                said = json.load(opened)
            return Plan(said["old"], said["started"], tuple(Entry(**one) for one in said["entries"]), tuple(said["outside"]))
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise UpgradeStopped("kbhxh_stopped", file=self.folder / "plan.json", why=wrong) from wrong

    def copied(self) -> dict[str, str]:
        """What the journal says: path -> sum or target; a line that a kill cut off is taken away."""
        journal = self.folder / "copied.jsonl"
        if not journal.exists():
            return {}
        content = journal.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            with journal.open("r+b") as opened:
                opened.truncate(len(whole))
        lines = whole.decode("utf-8", "surrogateescape").split("\n")[:-1]  # a name may hold other ends of lines
        return dict(json.loads(line) for line in lines)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, open for more lines."""
        with (self.folder / "copied.jsonl").open("a", encoding="utf-8", errors="surrogateescape", newline="\n") as opened:
            yield Journal(opened)

    def aside(self, path: str, *, original: bool) -> Path:
        """A free place for what stands at `path`: in `before` for what the installation had, else in `later`."""
        if original:
            return self.folder / "before" / path
        number = 1
        while os.path.lexists(self.folder / "later" / str(number) / path):
            number += 1
        return self.folder / "later" / str(number) / path

    def finish(self, plan: Plan, sums: dict[str, str]) -> Path:
        """Write the manifest; its place."""
        written = {
            "old": plan.old,
            "started": plan.started,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": [_row(entry, sums) for entry in plan.entries if entry.kind != "folder"],
            "links_left_out": list(plan.outside),
        }
        self._write("manifest.json", json.dumps(written, ensure_ascii=False, indent=1))
        return self.folder / "manifest.json"

    def _write(self, name: str, text: str) -> None:
        fresh = self.folder / f"{name}.new"
        with fresh.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(self.folder / name)


class Journal:
    """Lines that are with the operating system before the next file is begun."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def add(self, path: str, kept: str) -> None:
        """The file (its sum) or link (its target) is in its place."""
        self._opened.write(json.dumps([path, kept], ensure_ascii=False) + "\n")
        self._opened.flush()


@contextmanager
def alone(new: Path) -> Iterator[None]:
    """Hold the lock on upgrades of this folder; it goes with its holder.

    Raises:
        FolderUnusable: another process is at it.
    """
    home = new / FOLDER
    home.mkdir(exist_ok=True)
    with (home / "lock").open("a+b") as opened:
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415 - this system only

                msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415 - this system only

                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise FolderUnusable("kbhxh_upgrade_runs", folder=new) from held
        yield


def _row(entry: Entry, sums: dict[str, str]) -> dict[str, Any]:
    if entry.kind == "link":
        return {"path": entry.path, "link": sums[entry.path]}
    return {"path": entry.path, "size": entry.size, "sha256": sums[entry.path]}

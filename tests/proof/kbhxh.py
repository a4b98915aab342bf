"""KBHXH's upgrade is killed (kill -9) at random moments and started again; old and new folder are compared by sums each time."""

import argparse
import contextlib
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures.kbhxh import make_fresh, make_program, sums

CARRIED = ("Data", "Config")
START_S = 120.0
A_LINE = 73  # bytes of a journal's line besides the path: a sum of 64 digits, quotes, brackets


@dataclass(frozen=True)
class Kill:
    """One kill: how far the copy was (files in the journal), and whether the upgrade after it came out right."""

    copied: int
    state: str
    resumed: int
    equal: bool
    old_untouched: bool

    @property
    def good(self) -> bool:
        """Nothing lost, nothing changed."""
        return self.equal and self.old_untouched


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when every new folder was complete and equal, and the old one untouched, each time."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof kbhxh", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kbhxh-") as name:
        large_agrees = large(Path(name), _say)
        done = kills(Path(name), given.kills, given.files, given.seed, _say)
    good = sum(kill.good for kill in done)
    middle = sum(kill.state == "copying" and 0 < kill.copied for kill in done)
    _say(f"kills {len(done)}, of them in the middle of the copy {middle}; complete, equal and the old untouched after {good}")
    return 0 if large_agrees and good == len(done) == given.kills else 1


def large(folder: Path, say: Callable[[str], None]) -> bool:
    """A file of 4 GiB and some bytes, most of it a hole, is carried over; whether it is the same."""
    old, new = make_program(folder / "KBHXH lớn", 10), make_fresh(folder / "KBHXH nhận")
    file = old / "Data" / "lớn.mdb"
    with file.open("wb") as opened:
        opened.seek(4 << 30)
        opened.write(b"cuoi")
    begun = time.monotonic()
    done = subprocess.run(_command(old, new), env=_environment(), capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    copied = new / "Data" / "lớn.mdb"
    same = done.returncode == 0 and filecmp.cmp(file, copied, shallow=False)
    say(
        f"a file of {file.stat().st_size} bytes in {seconds:.1f} s, the same: {same}, "
        f"on the disk {copied.stat().st_blocks * 512 if copied.exists() else 0} bytes {done.stderr.strip()}"
    )
    return same


def kills(folder: Path, count: int, files: int, seed: int, say: Callable[[str], None]) -> list[Kill]:
    """`count` upgrades of the same old folder, each into a new one of its own, each killed once and then finished."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    old = make_program(folder / "KBHXH cũ", files)
    before = sums(old)
    done: list[Kill] = []
    for number in range(1, count + 1):
        new = make_fresh(folder / f"KBHXH mới {number}")
        left = _killed(old, new, chance.random(), chance.random() / 100)
        copied = _lines(new)
        again = subprocess.run(_command(old, new), env=_environment(), capture_output=True, text=True, check=False)
        said = json.loads(again.stdout) if again.returncode == 0 else {"resumed": -1}
        # What the new version brought and the old one has not may stand beside; every path of the old one is the old one's.
        after = sums(new, *CARRIED)
        wanted = {path: kept for path, kept in before.items() if path.split("/")[0] in CARRIED and "/" in path}
        kill = Kill(copied, left, said["resumed"], after == wanted, sums(old) == before)
        say(
            f"kill {number}: {left}, {copied} files copied; then {said['resumed']} found in their places, "
            f"equal: {kill.equal}, old untouched: {kill.old_untouched} {again.stderr.strip() if again.returncode else ''}"
        )
        done.append(kill)
        shutil.rmtree(new)
    return done


def _killed(old: Path, new: Path, share: float, more_s: float) -> str:
    """Start an upgrade and kill it once about `share` of the files are copied and `more_s` have gone by; the state it left."""
    paths = [path.relative_to(old).as_posix() for name in CARRIED for path in (old / name).rglob("*") if path.is_file()]
    enough = share * sum(len(path.encode()) + A_LINE for path in paths)
    journal = new / "vss-robot-upgrade" / "1" / "copied.jsonl"
    running = subprocess.Popen(_command(old, new), env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + START_S
    while running.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.stat().st_size >= enough:
            break
        time.sleep(0.002)
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(more_s)
    running.kill()
    running.wait()
    record = new / "vss-robot-upgrade" / "1"
    if not (record / "plan.json").exists():
        return "no plan yet"
    return (record / "state").read_text(encoding="utf-8") if (record / "state").exists() else "copying"


def _lines(new: Path) -> int:
    try:
        return (new / "vss-robot-upgrade" / "1" / "copied.jsonl").read_bytes().count(b"\n")
    except OSError:
        return 0


def _command(old: Path, new: Path) -> list[str]:
    return [sys.executable, "-m", "robot", "kbhxh", "upgrade", "--old", str(old), "--new", str(new), "--json"]


def _environment() -> dict[str, str]:
    return {**os.environ, "VSS_ROBOT_LANGUAGE": "en"}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

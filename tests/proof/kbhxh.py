"""KBHXH's upgrade is killed (kill -9) in every phase and started again; old and new folder are compared by sums each time."""

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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures.kbhxh import make_fresh, make_program, sums
from tests.proof.killed_upgrade import PHASES

Again = Callable[[Path, Path, Path], tuple[int, str]]
CARRIED = ("Data", "Config")
BLOCK = "within a file"  # killed by the clock, wherever the copy is: a file half written, too
KINDS = (*PHASES, BLOCK)
START_S = 120.0
A_LINE = 73  # bytes of a journal's line besides the path: a sum of 64 digits, quotes, brackets
IN_THE_WAY = 20  # files that stand in the new folder already, so that there is something to back up


@dataclass(frozen=True)
class Kill:
    """One kill: what it fell into, how many files were in the journal, and whether the upgrade after it came out right."""

    phase: str
    copied: int
    resumed: int
    equal: bool
    old_untouched: bool
    kept: bool

    @property
    def good(self) -> bool:
        """Nothing lost, nothing changed, and what stood in the new folder is in the backup."""
        return self.equal and self.old_untouched and self.kept


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
    met = ", ".join(f"{kind} {sum(kill.phase == kind for kill in done)}" for kind in KINDS)
    _say(f"kills {len(done)} ({met}); complete, equal, the old untouched and the backup whole after {good}")
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


def by_command(old: Path, new: Path, setup: Path) -> tuple[int, str]:
    """The upgrade as a person starts it again: how many files it found in their places, or what was wrong."""
    again = subprocess.run(_command(old, new, setup), env=_environment(), capture_output=True, text=True, check=False)
    return (json.loads(again.stdout)["resumed"], "") if again.returncode == 0 else (-1, again.stderr.strip())


def kills(folder: Path, count: int, files: int, seed: int, say: Callable[[str], None], again: Again = by_command) -> list[Kill]:
    """`count` upgrades of the same old folder, each into a new one of its own, each killed once and then finished by `again`.

    The phases take turns; where in a phase is chance. Raises AssertionError where a phase was not met.
    """
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    old = make_program(folder / "KBHXH cũ", files)
    setup = folder / "caidat.exe"
    setup.write_text('#!/bin/sh\n: > "$1/cài đặt.log"\n', encoding="utf-8")
    setup.chmod(0o755)
    before = sums(old)
    wanted = {path: kept for path, kept in before.items() if path.split("/")[0] in CARRIED and "/" in path}
    things = _things(old, _occupied(folder / "KBHXH đếm", old), setup)
    done: list[Kill] = []
    for number in range(1, count + 1):
        phase = KINDS[(number - 1) % len(KINDS)]
        new = _occupied(folder / f"KBHXH mới {number}", old)
        there = sums(new, *CARRIED)
        if phase == BLOCK:
            _killed_by_the_clock(old, new, setup, chance.random(), chance.random() / 100)
        else:
            ended = _run_killed(old, new, setup, phase, chance.randint(1, things[phase]))
            assert ended.returncode == -9, f"{phase}: {ended.returncode} {ended.stderr}"
        copied = _lines(new)
        resumed, wrong = again(old, new, setup)
        # What the new version brought and the old one has not may stand beside; every path of the old one is the old one's.
        kill = Kill(phase, copied, resumed, sums(new, *CARRIED) == wanted, sums(old) == before, _kept(new, there))
        say(
            f"kill {number} in {phase}: {copied} files copied; then {resumed} found in their places, "
            f"equal: {kill.equal}, old untouched: {kill.old_untouched}, backup whole: {kill.kept} {wrong}"
        )
        done.append(kill)
        shutil.rmtree(new)
    return done


def _occupied(new: Path, old: Path) -> Path:
    """A new installation where files of the old one's names stand already, with other words in them."""
    make_fresh(new)
    for file in sorted(path for path in (old / "Data").rglob("*") if path.is_file())[:IN_THE_WAY]:
        place = new / file.relative_to(old)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"của bản mới: {file.name}", encoding="utf-8")
    return new


def _kept(new: Path, there: Mapping[str, str]) -> bool:
    """What stood in the new folder before is in the backup, as it was."""
    backup = sums(new / "vss-robot-upgrade" / "1" / "before")
    return all(backup.get(path) == kept for path, kept in there.items() if kept != "folder")


def _things(old: Path, new: Path, setup: Path) -> dict[str, int]:
    """How many things are done to the disk in each phase of an upgrade that nobody kills."""
    ended = _run_killed(old, new, setup, "-", 0)
    shutil.rmtree(new)
    counted: dict[str, int] = json.loads(ended.stdout)
    return counted


def _run_killed(old: Path, new: Path, setup: Path, phase: str, number: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.proof.killed_upgrade", *map(str, (old, new, setup, phase, number))]
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)


def _killed_by_the_clock(old: Path, new: Path, setup: Path, share: float, more_s: float) -> None:
    """Start the command and kill it once about `share` of the files are copied and `more_s` have gone by."""
    paths = [path.relative_to(old).as_posix() for name in CARRIED for path in (old / name).rglob("*") if path.is_file()]
    enough = share * sum(len(path.encode()) + A_LINE for path in paths)
    journal = new / "vss-robot-upgrade" / "1" / "copied.jsonl"
    running = subprocess.Popen(
        _command(old, new, setup), env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + START_S
    while running.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.stat().st_size >= enough:
            break
        time.sleep(0.002)
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(more_s)
    running.kill()
    running.wait()


def _lines(new: Path) -> int:
    try:
        return (new / "vss-robot-upgrade" / "1" / "copied.jsonl").read_bytes().count(b"\n")
    except OSError:
        return 0


def _command(old: Path, new: Path, setup: Path | None = None) -> list[str]:
    command = [sys.executable, "-m", "robot", "kbhxh", "upgrade", "--old", str(old), "--new", str(new), "--json"]
    return command + (["--setup", str(setup), "--setup-option", "{new}"] if setup else [])


def _environment() -> dict[str, str]:
    return {**os.environ, "VSS_ROBOT_LANGUAGE": "en"}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

"""`python -m tests.proof.killed_upgrade OLD NEW SET_UP PHASE N`: an upgrade that ends itself by kill -9 in the middle of a phase.

The phase comes from the upgrade's own progress, finer ones from the record's files that it opens; N is the N-th thing it does to
the disk (or the set-up it starts) in that phase, which is not done any more. With N 0 nothing is killed, and how many things
were done in each phase stands on stdout as JSON.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from robot.kbhxh import Options, SetUp, upgrade
from robot.kbhxh.record import FOLDER

PHASES = ("set_up", "survey", "plan", "backup", "copy", "verify", "manifest", "state")
"""All there are, in order: what a kill can fall into."""

_ON_DISK = frozenset(
    {
        "open", "os.listdir", "os.rename", "os.mkdir", "os.chmod", "os.utime", "os.remove", "os.symlink", "os.truncate",
        "subprocess.Popen",
    }
)  # fmt: skip
_RECORD = {"plan.json.new": "plan", "manifest.json.new": "manifest", "state.new": "state"}


class Killed:
    """Hears of phases, counts what is done in each, and ends the process at the wanted one."""

    def __init__(self, new: Path, phase: str, number: int) -> None:
        self._home, self._wanted = str(new), (phase, number)
        self._record = str(new / FOLDER)
        self._phase = "survey"
        self.counted: Counter[str] = Counter()

    def begin(self, phase: str, _size: int) -> None:
        """The upgrade says where it is."""
        self._phase = phase

    def tick(self, _size: int) -> None:
        """Bytes are not counted."""

    def hook(self, event: str, given: tuple[Any, ...]) -> None:
        """Python tells of each thing before it is done (PEP 578)."""
        if event in _ON_DISK and given and isinstance(given[0], str | os.PathLike):
            place = os.fspath(given[0])
            if isinstance(place, str):
                self._count(self._finer(event, place, given))

    def _finer(self, event: str, place: str, given: tuple[Any, ...]) -> str:
        if place.startswith(self._record):
            written = _RECORD.get(Path(place).name)
            if written:
                return written
        moved = event == "os.rename" and os.fspath(given[1]).startswith(f"{self._record}{os.sep}1{os.sep}before")
        return "backup" if moved else self._phase

    def _count(self, phase: str) -> None:
        self.counted[phase] += 1
        if (phase, self.counted[phase]) == self._wanted:
            os.kill(os.getpid(), signal.SIGKILL)


def main(old: str, new: str, set_up: str, phase: str, number: str) -> None:
    """Upgrade as far as it goes."""
    killed = Killed(Path(new), phase, int(number))
    sys.addaudithook(killed.hook)
    upgrade(Path(old), Path(new), Options(SetUp(Path(set_up), ("{new}",))), progress=killed)
    sys.stdout.write(json.dumps(killed.counted))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Recordings whose portal has changed, by a script: each replay must say so, at the right step and by the right name.

None may pass, and none may send what could not be taken back, but where the change shows itself only in the answer to that.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loguru import logger

from fixtures.recorded import RECORDINGS
from robot.browser.launch import NO_EXTRAS, Extras
from robot.drive.replay import Playing, Replayed, replay
from tests.proof.machine import machine
from tests.proof.mutants import MUTANTS, Mutant, mutate

SENT: Final = frozenset({"POST /api/dang-ky", "POST /api/ho-so", "POST /api/kich-hoat"})


@dataclass(frozen=True)
class Met:
    """A mutant and its replay."""

    mutant: Mutant
    replayed: Replayed

    @property
    def first(self) -> str:
        """The name of what was told first."""
        return self.replayed.deviations[0].name if self.replayed.deviations else ""

    @property
    def right(self) -> bool:
        """Whether state, step and name are what they must be, and nothing was sent that must not be."""
        found = (self.replayed.state, self.replayed.step)
        return found == (self.mutant.state, self.mutant.step) and self.mutant.named in self.first and not self.submitted

    @property
    def submitted(self) -> bool:
        """Whether something was sent although the change was to be seen before."""
        return bool((SENT - {f"POST {self.mutant.sends}"}) & set(self.replayed.sent))

    def line(self) -> str:
        """The meeting as a line."""
        wanted = "" if self.right else f" ✗ expected {self.mutant.state}: {self.mutant.step}: {self.mutant.named}"
        sent = " SENT" if self.submitted else ""
        told = f"{self.replayed.state}: {self.replayed.step}: {self.first}"
        return f"{self.mutant.name}: {told}{wanted}{sent} ({self.replayed.seconds:.1f} s)"


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 when each mutant was met rightly."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof drifted", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to meet; all when left out")
    parser.add_argument("--recordings", type=Path, default=RECORDINGS, help="where the clean recordings lie")
    given = parser.parse_args(arguments)
    wanted = [mutant for mutant in MUTANTS if not given.names or mutant.name in given.names]
    begun = time.monotonic()
    logger.remove()
    met = meet(wanted, given.recordings, NO_EXTRAS, _say)
    wrong = [one for one in met if not one.right]
    states = Counter(one.replayed.state for one in met)
    _say(
        f"{len(met)} changed portals: {states['drifted']} drifted, {states['failed']} failed, {states['passed']} passed; "
        f"{len(met) - len(wrong)} told rightly, {sum(one.submitted for one in met)} sent; {time.monotonic() - begun:.0f} s"
    )
    return 1 if wrong else 0


def meet(mutants: Sequence[Mutant], recordings: Path, extras: Extras, say: Callable[[str], None]) -> list[Met]:
    """Make the mutants and replay them, one after the other."""
    with tempfile.TemporaryDirectory(prefix="drifted-") as name:
        folders = [mutate(mutant, recordings, Path(name)) for mutant in mutants]
        playing = Playing(machine(Path(name)), extras=extras)
        met = []
        for mutant, replayed in zip(mutants, replay(folders, playing), strict=True):
            met.append(Met(mutant, replayed))
            say(met[-1].line())
    return met


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

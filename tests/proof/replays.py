"""Clean recordings replayed again and again without portal, token and mail: no false alarm; and how much faster than live.

The live runs are those that were recorded, by the real command against a world whose portal takes 300 ms for each answer. They go
one after the other, as they must with one token; replays go so, and side by side as `vss-robot replay` plays several.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from loguru import logger

from fixtures.recorded import CASES, RECORDINGS, organisations, run_live
from fixtures.world import Layout, started
from robot.browser.launch import NO_EXTRAS, Extras
from robot.drive.replay import Playing, Replayed, replay
from tests.proof.machine import machine

ANSWER_S: Final = 0.3
TIMES: Final = 10.0
AFTER_EACH: Final = 3  # replays after each live run, the first of which starts the browser
ROUNDS: Final = 4  # replays of all recordings side by side, starts included


@dataclass
class Played:
    """What came of the replays; `alarms` are those that did not pass, `seconds` by the recording's name."""

    number: int = 0
    alarms: list[Replayed] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def take(self, replayed: Replayed) -> None:
        """Count one."""
        self.number += 1
        self.seconds.setdefault(replayed.folder.name, []).append(replayed.seconds)
        if replayed.state != "passed":
            self.alarms.append(replayed)

    def median(self, name: str) -> float:
        """The median of a recording's replays, seconds."""
        return statistics.median(self.seconds[name])

    def lines(self) -> Iterator[str]:
        """The figures in words."""
        yield f"{self.number} replays of {len(self.seconds)} recordings: {len(self.alarms)} false alarms"
        for one in self.alarms:
            told = "; ".join(f"{each.step}: {each.name}: {each.text.say('en')}" for each in one.deviations)
            yield f"  {one.folder.name}: {one.state}: {told}"


def main(arguments: Sequence[str]) -> int:
    """Run the proof; 0 without a false alarm, and where replays are ten times faster than live."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof replays", description=__doc__)
    parser.add_argument("--replays", type=int, default=100, help="how many (100)")
    parser.add_argument("--names", nargs="*", default=sorted(CASES), help="recordings; all when left out")
    parser.add_argument("--without-live", action="store_true", help="the replays only")
    given = parser.parse_args(arguments)
    logger.remove()
    played = play(given.names, given.replays, NO_EXTRAS, _say)
    fast = True
    if not given.without_live:
        live_s = live(given.names, _say)
        fast = fast_enough(live_s, side_by_side(given.names, played), _say)
    for line in played.lines():
        _say(line)
    return 0 if fast and not played.alarms else 1


def play(names: Sequence[str], number: int, extras: Extras, say: Callable[[str], object]) -> Played:
    """Replay the recordings in turn, so many in all."""
    played = Played()
    with tempfile.TemporaryDirectory(prefix="replays-") as name:
        for each in names:  # what is recorded anew meanwhile is no false alarm
            shutil.copytree(RECORDINGS / each, Path(name) / "recordings" / each)
        folders = [Path(name) / "recordings" / each for each in islice(cycle(names), number)]
        for replayed in replay(folders, Playing(machine(Path(name)), extras=extras)):
            played.take(replayed)
            say(f"{played.number} {replayed.folder.name}: {replayed.state} ({replayed.seconds:.1f} s)")
    return played


def live(names: Sequence[str], say: Callable[[str], None]) -> dict[str, tuple[float, float]]:
    """Seconds of the same runs against a portal that takes its time, and of replays right after each, by the recording's name.

    One after the other: what else the machine has to do falls on both.
    """
    took = {}
    with tempfile.TemporaryDirectory(prefix="replays-world-") as folder, started(Path(folder), organisations(names)):
        for name in names:
            begun = time.monotonic()
            run_live(Layout(Path(folder).resolve()), name, ANSWER_S)
            seconds = time.monotonic() - begun
            took[name] = seconds, play([name], AFTER_EACH, NO_EXTRAS, len).median(name)
            say(f"{name}: live {seconds:.1f} s, replayed {took[name][1]:.1f} s: {seconds / took[name][1]:.1f} times faster")
    return took


def side_by_side(names: Sequence[str], played: Played) -> float:
    """Seconds for one replay of each recording, as many at once as the machine has processors; `played` counts them."""
    with tempfile.TemporaryDirectory(prefix="replays-") as name:
        folders = [RECORDINGS / each for each in names] * ROUNDS
        begun = time.monotonic()
        for replayed in replay(folders, Playing(machine(Path(name))), os.cpu_count() or 1, _without_log):
            played.take(replayed)
        return (time.monotonic() - begun) / ROUNDS


def fast_enough(took: Mapping[str, tuple[float, float]], together_s: float, say: Callable[[str], None]) -> bool:
    """Whether all live runs took ten times what their replays take side by side; `together_s`: seconds of those."""
    live_s = sum(seconds for seconds, _ in took.values())
    say(f"one after the other: {live_s / sum(median for _, median in took.values()):.1f} times faster")
    how = f"side by side ({os.cpu_count()} processors): {live_s:.1f} s live, {together_s:.1f} s replayed"
    say(f"{how}: {live_s / together_s:.1f} times faster")
    return live_s / together_s >= TIMES


def _without_log() -> None:
    logger.remove()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

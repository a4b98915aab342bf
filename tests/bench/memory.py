"""What a lane of a night holds in memory, against a bare Playwright script with the same page and extension open.

Both are looked at while the token signs a dossier (its signature is made to last): the certificate's dialog stands on the page.
A lane is its own process, Playwright's driver, Chromium, the agent and the relay; the script is its process, Playwright's driver
and Chromium, and what signs for it is left out. Memory is the proportional set size: what processes share counts once.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from loguru import logger

from fixtures.softhsm import softhsm_environment
from tests.bench.dossiers import Pile
from tests.bench.night_world import ORGANISATION, NightWorld, night_world
from tests.bench.pairs import PAIRS, Goal, ratio, told
from tests.bench.peers.tools import PLAYWRIGHT, Tools
from tests.bench.slow_token import SlowToken

GOAL = Goal("at most", 1.15)
LOOK_S = 0.5
LANE, SCRIPT = "robot.drive.night.lane", "bare.py"
OURS, BARE = "vss-robot, a lane", "bare Playwright script"
SIGNING = ("agent", "relay")
MB = 1024 * 1024


@dataclass
class Watched:
    """Megabytes by part of a process tree, at each moment (seconds of the monotonic clock)."""

    at: list[float] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)

    def between(self, begin: float, end: float) -> dict[str, float]:
        """The median of each part over the moments in between.

        Raises:
            RuntimeError: nobody looked then.
        """
        seen = [parts for at, parts in zip(self.at, self.parts, strict=True) if begin < at < end]
        if not seen:
            message = "nothing was seen while the token signed"
            raise RuntimeError(message)
        return {
            name: statistics.median(each.get(name, 0.0) for each in seen) for name in {name for each in seen for name in each}
        }


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench memory", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"at least {PAIRS} ({PAIRS})")
    parser.add_argument("--sign-ms", type=float, default=8_000, help="the token's time for a signature (8000)")
    given = parser.parse_args(arguments)
    logger.remove()
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, night_world(Path(name), given.sign_ms, 0) as world:
        os.environ |= softhsm_environment(world.layout.directory) | world.token.environment
        tools = Tools(world.layout, ORGANISATION, world.token, Path())
        pile = Pile(world.layout, ORGANISATION, year=2020)
        for _ in range(max(given.pairs, PAIRS)):
            ours.append(_lane(world))
            bare.append(_script(tools, pile, world.token))
    return told(figures_of(ours, bare), {OURS: _row(ours), BARE: _row(bare)})


def figures_of(ours: Sequence[Mapping[str, float]], bare: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """The lane as a whole against the script without what signs, and against Chromium alone."""
    whole = [sum(parts.values()) for parts in ours]
    theirs = [sum(mb for name, mb in parts.items() if name not in SIGNING) for parts in bare]
    figures = {"bench": "memory", "about": "times a bare Playwright script", "pairs": len(whole)}
    alone = round(ratio(whole, [parts["chromium"] for parts in bare]), 3)
    return {**figures, **GOAL.facts(ratio(whole, theirs)), "times_chromium_alone": alone}


def _row(seen: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = sorted({name for parts in seen for name in parts})
    row = {f"{name}_mb": round(statistics.median(parts.get(name, 0.0) for parts in seen), 1) for name in names}
    return {**row, "whole_mb": round(statistics.median(sum(parts.values()) for parts in seen), 1)}


def _lane(world: NightWorld) -> dict[str, float]:
    with _watching(LANE) as watched:
        night = world.night(1)
    return _while_signing(watched, night.signatures)


def _script(tools: Tools, pile: Pile, token: SlowToken) -> dict[str, float]:
    token.forget()
    with _watching(SCRIPT) as watched:
        tools.send(PLAYWRIGHT, pile.take(1))
    return _while_signing(watched, token.signatures())


def _while_signing(watched: Watched, signatures: Sequence[tuple[float, float]]) -> dict[str, float]:
    begin, end = signatures[-1]
    return watched.between(begin + LOOK_S, end)


@contextmanager
def _watching(marker: str) -> Iterator[Watched]:
    """Look at the processes below the one of ours whose command line has `marker`, until the block ends."""
    watched, over = Watched(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_S):
            parts = _parts(marker)
            if parts:
                watched.at.append(time.monotonic())
                watched.parts.append(parts)

    thread = threading.Thread(target=look, name="memory")
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


def _parts(marker: str) -> dict[str, float]:
    parts: dict[str, float] = defaultdict(float)
    for process in psutil.Process().children(recursive=True):
        try:
            if not any(marker in word for word in process.cmdline()):
                continue
            for each in (process, *process.children(recursive=True)):
                parts[part_of(each.cmdline())] += each.memory_full_info().pss / MB
            return dict(parts)
        except psutil.Error:
            continue
    return {}


def part_of(words: Sequence[str]) -> str:
    """Which part of a lane a process is, by its command line."""
    line = " ".join(words)
    known = {"agent": "robot.drive.agent", "relay": "vss-relay", "driver": "run-driver"}
    relay = any(word.endswith("relay.json") for word in words)
    if relay:
        return "relay"
    found = next((name for name, marker in known.items() if marker in line), None)
    return found or ("chromium" if "chrom" in line.split(" --", 1)[0] else "script")

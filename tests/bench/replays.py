"""All recordings by `vss-robot replay`, starts included, against the live runs that were recorded.

The live runs are the real command's, against a world whose portal takes `--portal-ms` for each answer; they go one after the
other, as they must with one token. Replays go as the command plays them when it is not told otherwise (side by side, one a
processor), and one after the other.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from loguru import logger

from fixtures.extension import copy_to
from fixtures.recorded import CASES, RECORDINGS, organisations, run_live
from fixtures.world import Layout, started
from fixtures.world.robot import robot_command
from robot.browser.launch import environment
from tests.bench.pairs import PAIRS, Goal, Spent, clocked, in_turn, medians, ratio, spent, told

GOAL = Goal("at least", 10)
LIVE, REPLAY, ALONE = "live", "vss-robot replay", "vss-robot replay --jobs 1"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench replays", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"at least {PAIRS} ({PAIRS})")
    parser.add_argument("--names", nargs="*", default=sorted(CASES), help="recordings; all when left out")
    parser.add_argument("--portal-ms", type=float, default=300, help="the portal's time for an answer (300)")
    given = parser.parse_args(arguments)
    logger.remove()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        extension = copy_to(folder)
        ways: dict[str, Callable[[], Spent]] = {
            LIVE: partial(_live, given.names, given.portal_ms / 1000),
            REPLAY: partial(_replayed, folder, extension, given.names, ()),
            ALONE: partial(_replayed, folder, extension, given.names, ("--jobs", "1")),
        }
        ways[REPLAY]()  # bytecode that a user has from the first time on
        took = in_turn(ways, max(given.pairs, PAIRS))
    return told(figures_of(took, len(given.names)), medians(took))


def figures_of(took: dict[str, list[Spent]], recordings: int) -> dict[str, Any]:
    """How much faster all replays are than all live runs of the same round."""
    walls = {name: [each.wall_s for each in times] for name, times in took.items()}
    return {
        "bench": "replays",
        "about": "times faster than live",
        "recordings": recordings,
        "pairs": len(walls[LIVE]),
        **GOAL.facts(ratio(walls[LIVE], walls[REPLAY])),
        "one_after_the_other": GOAL.facts(ratio(walls[LIVE], walls[ALONE])),
    }


def _live(names: Sequence[str], answer_s: float) -> Spent:
    """In a world of its own, whose portal has taken nothing yet; its start does not count."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, started(Path(name), organisations(names)):
        layout = Layout(Path(name).resolve())
        return clocked(lambda: [run_live(layout, each, answer_s) for each in names])


def _replayed(folder: Path, extension: Path, names: Sequence[str], options: Sequence[str]) -> Spent:
    """Raises `CalledProcessError` where a replay is not what was recorded."""
    recordings = [str(RECORDINGS / name) for name in names]
    kept = {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [*robot_command(), "replay", "--extension", str(extension), *options, *recordings]
    return spent(command, env=kept, cwd=folder)

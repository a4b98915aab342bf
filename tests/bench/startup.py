"""What a command costs before it does anything: `vss-robot --help` against a bare Python and against Playwright's own command.

`vss-robot run --help` stands beside them: it says what loading the command line itself costs. A turn of each before the count
writes the bytecode that a user has from the first call on.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.bench.pairs import PAIRS, Goal, in_turn, medians, ratio, spent, told

GOAL = Goal("at most", 5)
BARE, HELP = "python -c pass", "vss-robot --help"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench startup", description=__doc__)
    parser.add_argument("--pairs", type=int, default=15, help=f"turns of each, at least {PAIRS} (15)")
    pairs = max(parser.parse_args(arguments).pairs, PAIRS)
    folder = Path(sys.executable).parent
    commands = {
        BARE: [sys.executable, "-c", "pass"],
        HELP: [str(folder / "vss-robot"), "--help"],
        "vss-robot run --help": [str(folder / "vss-robot"), "run", "--help"],
        "playwright --version": [str(folder / "playwright"), "--version"],
    }
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ways = {name: partial(spent, command, env=environment) for name, command in commands.items()}
    for way in ways.values():
        way()
    took = in_turn(ways, pairs)
    walls = {name: [each.wall_s for each in times] for name, times in took.items()}
    cpus = {name: [each.cpu_s for each in times] for name, times in took.items()}
    rows = medians(took)
    for name, row in rows.items():
        row["times_bare"] = round(ratio(walls[name], walls[BARE]), 2)
        row["cpu_times_bare"] = round(ratio(cpus[name], cpus[BARE]), 2)
    about = "`--help` in times a bare Python"
    return told({"bench": "startup", "about": about, "pairs": pairs, **GOAL.facts(ratio(walls[HELP], walls[BARE]))}, rows)

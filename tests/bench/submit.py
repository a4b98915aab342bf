"""One dossier by `vss-robot run submit` with all its evidence, against a bare Playwright script that does the same pages.

Both are whole processes, on one world, in turn: the same Chromium with the same flags, extension and token, the same log-in with
the captcha answered by the same command, each on a profile of its own that it has used before. The robot keeps books and a trace,
takes pictures, and looks along the chain first; the script (`tests/bench/peers/bare.py`) does nothing of that.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from loguru import logger

from fixtures.organisations import ORGANISATIONS
from fixtures.softhsm import softhsm_environment
from fixtures.vendor import host_path
from fixtures.world import Layout, started
from fixtures.world.accounts import give_account
from fixtures.world.robot import robot_command
from tests.bench.dossiers import Pile
from tests.bench.pairs import PAIRS, Goal, Spent, in_turn, medians, ratio, spent, told
from tests.bench.peers import bare
from tests.bench.peers.task import write_task

GOAL = Goal("at most", 1.05)
KEY = "hoa-binh"
OURS, BARE = "vss-robot run submit", "bare Playwright script"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench submit", description=__doc__)
    parser.add_argument("--pairs", type=int, default=9, help=f"at least {PAIRS} (9)")
    parser.add_argument("--mode", choices=("vendor", "pkcs11"), default="vendor", help="who signs for the robot (vendor)")
    parser.add_argument("--without", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the robot's")
    given = parser.parse_args(arguments)
    pairs = max(given.pairs, PAIRS)
    logger.remove()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, started(Path(name) / "world", [KEY]):
        layout = Layout((Path(name) / "world").resolve())
        give_account(layout, KEY)
        pile = Pile(layout, KEY)
        ways = {
            OURS: _ours(layout, pile, given.mode, dict(each.split("=", 1) for each in given.without)),
            BARE: _bare(layout, pile),
        }
        for way in ways.values():
            way()
        took = in_turn(ways, pairs)
    rows = medians(took)
    walls = {name: [each.wall_s for each in times] for name, times in took.items()}
    cpus = {name: [each.cpu_s for each in times] for name, times in took.items()}
    figures = {
        "bench": "submit",
        "about": "times a bare Playwright script",
        "mode": given.mode,
        "pairs": pairs,
        "cpu_ratio": round(ratio(cpus[OURS], cpus[BARE]), 3),
    }
    return told({**figures, **GOAL.facts(ratio(walls[OURS], walls[BARE]))}, rows)


def _ours(layout: Layout, pile: Pile, mode: str, variables: dict[str, str]) -> Callable[[], Spent]:
    file = layout.settings if mode == "vendor" else layout.settings_pkcs11

    def run() -> Spent:
        (dossier,) = pile.take(1)
        with layout.pass_phrase.open("rb") as phrase:
            environment = _environment(layout) | {
                "VSS_ROBOT_SETTINGS": str(file),
                "VSS_ROBOT_VAULT_FD": str(phrase.fileno()),
                **variables,
            }
            command = [*robot_command(), "run", "submit", "--org", KEY, "--dossier", str(dossier.file)]
            return spent([*command, "--round", str(dossier.round_number)], env=environment, pass_fds=(phrase.fileno(),))

    return run


def _bare(layout: Layout, pile: Pile) -> Callable[[], Spent]:
    folder = layout.directory / "bare"
    folder.mkdir()

    def run() -> Spent:
        task = write_task(layout, KEY, folder, pile.take(1), host_path(layout.directory, ORGANISATIONS[KEY]))
        return spent([sys.executable, bare.__file__, str(task)], env=_environment(layout))

    return run


def _environment(layout: Layout) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | softhsm_environment(layout.directory)

"""Dossiers an hour by our night, with tabs and without, against Robot Framework Browser, Selenium and Playwright by hand.

Every tool sends the same number of dossiers through the same pages with the same extension, after one log-in, in a process of its
own: its wall time from start to end counts. The token takes `--sign-ms` for a signature, the portal `--portal-ms` for an answer.
The others work one dossier after the other, as their users write it, and know nothing of books and evidence; the robot's agent
signs for them too. With tabs our night pictures receipts and failures (`evidence.pictures = "outcomes"`), and in a turn of its
own all that it pictures by default, as with one tab. The others are installed into `.world/peers`
(`tests/bench/peers/requirements.txt`), beside the system's chromium-driver.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from loguru import logger

from fixtures.softhsm import softhsm_environment
from tests.bench.dossiers import Pile
from tests.bench.night_world import ORGANISATION, NightWorld, night_world
from tests.bench.pairs import Goal, Spent, in_turn, medians, ratio, told
from tests.bench.peers.tools import PLAYWRIGHT, ROBOT_FRAMEWORK, SELENIUM, Tools, environment_of_tools

FASTER = Goal("at least", 3)
NEVER_SLOWER = Goal("at least", 1)
ONE_TAB, PEERS = "vss-robot nightly, 1 tab", (ROBOT_FRAMEWORK, SELENIUM)
HOUR_S = 3600


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench peers", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=30, help="in a turn (30)")
    parser.add_argument("--rounds", type=int, default=5, help="of all tools in turn (5)")
    parser.add_argument("--tabs", type=int, default=8, help="of our night with tabs (8)")
    parser.add_argument("--sign-ms", type=float, default=500, help="the token's time for a signature (500)")
    parser.add_argument("--portal-ms", type=float, default=300, help="the portal's time for an answer (300)")
    given = parser.parse_args(arguments)
    logger.remove()
    python = environment_of_tools()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, night_world(Path(name), given.sign_ms, given.portal_ms) as world:
        os.environ |= softhsm_environment(world.layout.directory) | world.token.environment
        pile = Pile(world.layout, ORGANISATION, year=2020)
        tools = Tools(world.layout, ORGANISATION, world.token, python)
        many = f"vss-robot nightly, {given.tabs} tabs"
        pictured = f"{many}, all pictures"
        ways: dict[str, Callable[[], Spent]] = {
            many: partial(_night, world, given.dossiers, given.tabs, "outcomes"),
            pictured: partial(_night, world, given.dossiers, given.tabs),
            ONE_TAB: partial(_night, world, given.dossiers, 1),
        }
        ways |= {tool: partial(_sent, tools, tool, pile, given.dossiers) for tool in (*PEERS, PLAYWRIGHT)}
        for way in (ONE_TAB, *PEERS, PLAYWRIGHT):  # profiles and bytecode that a user has from the first time on
            (partial(_night, world, 1, 1) if way == ONE_TAB else partial(_sent, tools, way, pile, 1))()
        took = in_turn(ways, given.rounds)
    return told(figures_of(took, many, pictured, given.dossiers), rows_of(took, given.dossiers))


def figures_of(took: dict[str, list[Spent]], many: str, pictured: str, dossiers: int) -> dict[str, Any]:
    """The two goals: by how much the night with tabs, and the night with one, beats the faster of the two peers in its round."""
    walls = {name: [each.wall_s for each in times] for name, times in took.items()}
    best = [min(pair) for pair in zip(*(walls[peer] for peer in PEERS), strict=True)]
    with_tabs, alone = ratio(best, walls[many]), ratio(best, walls[ONE_TAB])
    return {
        "bench": "peers",
        "about": "throughput with tabs, in times the faster peer's",
        "dossiers": dossiers,
        "rounds": len(best),
        **FASTER.facts(with_tabs),
        "all_pictures": FASTER.facts(ratio(best, walls[pictured])),
        "one_tab": NEVER_SLOWER.facts(alone),
        "reached": FASTER.reached(with_tabs) and NEVER_SLOWER.reached(alone),
    }


def rows_of(took: dict[str, list[Spent]], dossiers: int) -> dict[str, dict[str, Any]]:
    """Each tool's wall time, what that is an hour, and the processor's time a dossier."""
    rows: dict[str, dict[str, Any]] = {}
    for name, row in medians(took).items():
        an_hour = round(dossiers * HOUR_S / (row["wall_ms"] / 1000))
        each = {
            "wall_each_s": round(row["wall_ms"] / 1000 / dossiers, 2),
            "cpu_each_s": round(row["cpu_ms"] / 1000 / dossiers, 2),
        }
        rows[name] = {
            "an_hour": an_hour,
            **each,
            "least_s": round(row["least_ms"] / 1000, 1),
            "most_s": round(row["most_ms"] / 1000, 1),
        }
    return rows


def _night(world: NightWorld, dossiers: int, tabs: int, pictures: str = "all") -> Spent:
    night = world.night(dossiers, VSS_ROBOT_NIGHTLY__TABS=str(tabs), VSS_ROBOT_EVIDENCE__PICTURES=pictures)
    if night.accepted != dossiers:
        message = f"{night.accepted} of {dossiers} dossiers were accepted, exit code {night.exit_code}"
        raise RuntimeError(message)
    return Spent(night.wall_s, night.cpu_s)


def _sent(tools: Tools, tool: str, pile: Pile, dossiers: int) -> Spent:
    return tools.send(tool, pile.take(dossiers))

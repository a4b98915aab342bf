"""A night's dossiers an hour against the token's own limit, in Chromium, and what a dossier costs by ten and by the hundred.

The token takes `--sign-ms` for a signature, the portal `--portal-ms` for an answer to a call of its pages. The token's
utilisation is the share of the time, from the first signature's begin to the last one's end, in which it signs.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loguru import logger

from tests.bench.night_world import Measured, night_world

GOAL = 0.95  # of the time the token signs, with tabs as needed


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a dossier was not accepted or the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench nightly", description=__doc__)
    parser.add_argument("--dossiers", type=int, nargs="*", default=[10, 100], help="in Chromium, a night each (10 100)")
    parser.add_argument(
        "--tabs", type=int, nargs="*", default=[1, 4, 8], help="tabs, all of these numbers of dossiers each (1 4 8)"
    )
    parser.add_argument("--sign-ms", type=float, default=500, help="the token's time for a signature (500)")
    parser.add_argument("--portal-ms", type=float, default=300, help="the portal's time for an answer (300)")
    parser.add_argument("--no-trace", action="store_true", help="without Playwright's trace")
    parser.add_argument("--pictures", choices=("all", "outcomes"), default="all", help="as evidence.pictures (all)")
    given = parser.parse_args(arguments)
    logger.remove()
    figures = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, night_world(Path(name), given.sign_ms, given.portal_ms) as world:
        for tabs in given.tabs:
            for number in given.dossiers:
                evidence = {"VSS_ROBOT_EVIDENCE__TRACE": str(not given.no_trace), "VSS_ROBOT_EVIDENCE__PICTURES": given.pictures}
                measured = world.night(number, VSS_ROBOT_NIGHTLY__TABS=str(tabs), **evidence)
                figures.append({"dossiers": number, "tabs": tabs, **figures_of(measured)})
                sys.stderr.write(json.dumps(figures[-1]) + "\n")
    best = max((row["utilisation"] or 0 for row in figures), default=0)
    about = {"pictures": given.pictures, "trace": not given.no_trace, "processors": os.cpu_count(), "load": os.getloadavg()[0]}
    goal = {"goal": GOAL, "best": best, "reached": best >= GOAL}
    sys.stdout.write(json.dumps({"nights": figures, **goal, **about}, indent=1) + "\n")
    return 0 if best >= GOAL and all(row["accepted"] == row["dossiers"] for row in figures) else 1


def figures_of(night: Measured) -> dict[str, Any]:
    """Utilisation, dossiers an hour, and the cost of one, the last tenth of them against the first."""
    number = max(len(night.ended), 1)
    signed = [end - begin for begin, end in night.signatures]
    span = night.signatures[-1][1] - night.signatures[0][0] if signed else 0.0
    tenth = max(number // 10, 1)
    return {
        "accepted": night.accepted,
        "exit_code": night.exit_code,
        "wall_s": round(night.wall_s, 1),
        "utilisation": round(sum(signed) / span, 3) if span else None,
        "an_hour": round(len(signed) / span * 3600) if span else None,
        "token_limit_an_hour": round(3600 / statistics.mean(signed)) if signed else None,
        "each_s": round(statistics.median(night.seconds), 2) if night.seconds else None,
        "first_tenth_s": round(statistics.mean(night.seconds[:tenth]), 2) if night.seconds else None,
        "last_tenth_s": round(statistics.mean(night.seconds[-tenth:]), 2) if night.seconds else None,
        "cpu_each_s": round(night.cpu_s / number, 2),
        "peak_mb": round(night.peak_mb),
        "ledger_kb_each": round(night.ledger_kb / number, 1),
    }

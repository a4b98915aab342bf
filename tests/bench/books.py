"""What a dossier costs in the books and the protocol as a night grows: by ten and by the thousand, without a browser.

Each dossier is a run of its own, signed by a key and handed in over HTTPS to the stand-in portal. The last tenth is set against
the first: what grows with the books would show there. The portal keeps its truth in a database of its own, which grows as well;
its time is told apart.
"""

import argparse
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
from loguru import logger
from sqlalchemy import text

from robot.ledger import Ledger
from tests.proof.storm import offices
from tests.proof.walking import Site, attempt, dossier

ROUNDS = 99  # of a period
PATIENCE_S = 60.0  # for the portal's answer: one that is late is a dossier of unknown outcome, and no matter of the books


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench books", description=__doc__)
    parser.add_argument("--dossiers", type=int, nargs="*", default=[10, 100, 1000, 5000], help="in new books each")
    parser.add_argument("--books", choices=("sqlite", "postgres"), default="sqlite", help="the database of the books (sqlite)")
    given = parser.parse_args(arguments)
    logger.remove()
    figures = []
    for number in given.dossiers:
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as name,
            offices(Path(name), given.books, 1, PATIENCE_S, full=False) as (sites, _),
        ):
            figures.append({"dossiers": number, **_measured(sites[0], number)})
        sys.stderr.write(json.dumps(figures[-1]) + "\n")
    load = {"processors": os.cpu_count(), "load": os.getloadavg()[0]}
    sys.stdout.write(json.dumps({"books": given.books, "nights": figures, **load}, indent=1) + "\n")
    return 0 if all(row["accepted"] == row["dossiers"] for row in figures) else 1


def _measured(site: Site, number: int) -> dict[str, Any]:
    ledger, client = site.open_books(), site.client()
    calls = _Timed(client.desk)
    try:
        heads = [(dossier(site, f"{each // ROUNDS % 12 + 1:02d}/{2021 + each // ROUNDS // 12}"), each) for each in range(number)]
        process = psutil.Process()
        attempt(ledger, client, site, dossier(site, "01/2019"), 1)  # the first one loads what all need
        size, begun, memory = _size(ledger, site.home), time.monotonic(), process.memory_info().rss
        own, spent, states = [], [], []
        for head, each in heads:
            calls.seconds, started, cpu = 0.0, time.monotonic(), time.process_time()
            item = attempt(ledger, client, site, head, each % ROUNDS + 1)
            own.append(time.monotonic() - started - calls.seconds)
            spent.append(time.process_time() - cpu)
            states.append(item.state if item is not None else "none")
        wall, grown = time.monotonic() - begun, process.memory_info().rss - memory
        size = _size(ledger, site.home) - size
    finally:
        ledger.close()
    tenth = max(number // 10, 1)
    # What the processor was busy with depends least on what else the machine does, a median least on what it did for a moment.
    first, last = statistics.median(spent[:tenth]), statistics.median(spent[-tenth:])
    return {
        "accepted": sum(state in {"accepted", "done"} for state in states),
        "states": dict(Counter(states)),
        "wall_s": round(wall, 1),
        "wall_each_ms": round(wall / number * 1000, 1),
        "own_each_ms": round(statistics.median(own) * 1000, 1),
        "cpu_each_ms": round(statistics.mean(spent) * 1000, 1),
        "memory_grown_mb": round(grown / 1024 / 1024, 1),
        "ledger_kb_each": round(size / 1024 / number, 1),
        "first_tenth_own_ms": round(statistics.median(own[:tenth]) * 1000, 1),
        "last_tenth_own_ms": round(statistics.median(own[-tenth:]) * 1000, 1),
        "first_tenth_cpu_ms": round(first * 1000, 1),
        "last_tenth_cpu_ms": round(last * 1000, 1),
        "last_to_first": round(last / first, 2),
    }


class _Timed:
    """How long a desk's calls take, from question to answer."""

    def __init__(self, desk: Any) -> None:
        self.seconds = 0.0
        self._request = desk.request
        desk.request = self._timed

    def _timed(self, *arguments: Any, **named: Any) -> Any:
        begun = time.monotonic()
        try:
            return self._request(*arguments, **named)
        finally:
            self.seconds += time.monotonic() - begun


def _size(ledger: Ledger, home: Path) -> int:
    """Bytes of the books, without SQLite's journal, which grows to a few megabytes and no further."""
    if ledger.store.engine.dialect.name != "sqlite":
        with ledger.store.reading() as books:
            return int(books.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    with closing(sqlite3.connect(home / "ledger.sqlite")) as books:
        books.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return (home / "ledger.sqlite").stat().st_size

"""The operator's page of an office with 5,000 runs and 50,000 steps: how long pages take, and the memory over 1,000 requests.

The real command serves the books of a made-up office; one client asks, page after page, on one connection. A request that the
server answers without the books (its style sheet) is set beside it: the ratio says what the books and the page cost.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from sqlalchemy import insert

from fixtures.organisations import ORGANISATIONS
from robot import settings
from robot.ledger import Ledger, tables
from robot.ledger.queue_tables import items, night_items, nights

GOAL_MS = 200
NIGHT = 1_000  # dossiers of the newest night
PAGES = ("/", "/queue", "/runs", "/held", "/questions", "/deadlines", "/checks", "/tokens", "/metrics")
STEPS = ("log in", "open the upload page", "choose the file", "sign and send the dossier", "read the receipt")


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where the first page takes longer than its goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench serve", description=__doc__)
    parser.add_argument("--runs", type=int, default=5_000, help="runs in the books (5000)")
    parser.add_argument("--steps", type=int, default=10, help="steps of each (10)")
    parser.add_argument("--requests", type=int, default=1_000, help="of the first page, for the memory (1000)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        file = _office(Path(name), given.runs, given.steps)
        figures = measure(file, given.requests)
    figures |= {"runs": given.runs, "steps": given.runs * given.steps, "processors": os.cpu_count(), "load": os.getloadavg()[0]}
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stderr.writelines(f"{label:<28} {value}\n" for label, value in figures.items())
    return 0 if figures["first_page_ms"] < GOAL_MS else 1


def _office(home: Path, runs: int, steps: int) -> Path:
    """A home with books of so many runs, a dossier each, the newest thousand of them in a night that has ended."""
    keys = list(ORGANISATIONS)[:6]
    lines = ["[serve]", "port = 0"]
    for key in keys:
        row = ORGANISATIONS[key]
        names = ("name", "tax_code", "province", "agency_name", "agency_code", "email", "contact", "address")
        lines += [f"[organisations.{key}]", *(f"{each} = {json.dumps(getattr(row, each), ensure_ascii=False)}" for each in names)]
    file = home / "robot.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded, now = settings.load(file), datetime.now(UTC)
    with Ledger.open(loaded.ledger, loaded.home) as ledger, ledger.store.writing() as books:
        begun = now - timedelta(hours=8)
        night = {
            "id": 1,
            "machine": "bench",
            "process": 1,
            "process_started": 0.0,
            "begun": begun,
            "ended": now,
            "outcome": "done",
        }
        books.execute(insert(nights).values(**night, facts={"planned": NIGHT}))
        of_run, of_step, of_item = [], [], []
        for each in range(runs):
            at, key, run = now - timedelta(minutes=runs - each), keys[each % len(keys)], f"20260101-000000-{each:05d}"
            own = {"machine": "bench", "process": 1, "process_started": 0.0, "night": 1 if each >= runs - NIGHT else None}
            facts = {"parameters": {}, "evidence": str(home / "evidence" / run), "outcome": "done", "started": at}
            of_run.append({"id": run, "flow": "submit", "organisation": key, **facts, "ended": at + timedelta(seconds=9), **own})
            of_step += [
                {
                    "run": run,
                    "name": STEPS[step % len(STEPS)],
                    "outcome": "done",
                    "started": at,
                    "ended": at + timedelta(seconds=1),
                }
                for step in range(steps)
            ]
            state = "planned" if each % 50 == 0 else "cancelled"
            of_item.append(
                {"id": each + 1, "organisation": key, "key": f"TZ0101A/600/{each % 12 + 1:02d}/2026/{each:05d}", "state": state}
                | {"file": f"{each}.xml", "name": f"hồ sơ {each}.xml", "sha256": f"{each:064d}", "size": 1, "source": "queue"}
                | {"priority": 0, "fence": 0, "looks": 0, "added": at, "changed": at}
            )
        for table, rows in ((tables.runs, of_run), (tables.steps, of_step), (items, of_item)):
            books.execute(insert(table), rows)
        last = [{"night": 1, "item": each + 1, "result": "accepted"} for each in range(max(runs - NIGHT, 0), runs)]
        books.execute(insert(night_items), last)
    return file


def measure(file: Path, requests: int) -> dict[str, Any]:
    """Milliseconds by page (medians of 30), the ratio to one that asks nothing of the books, megabytes meanwhile."""
    command = [sys.executable, "-m", "robot", "serve", "--settings", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            address = urlsplit((process.stdout or sys.stdin).readline().strip())
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
            connection.request("GET", f"/?{address.query}")
            entered = connection.getresponse()
            entered.read()
            asks = _Asks(connection, str(entered.headers["set-cookie"]).partition(";")[0])
            asks.milliseconds("/tokens")
            pages = {page: round(statistics.median(asks.milliseconds(page) for _ in range(30)), 1) for page in PAGES}
            bare = statistics.median(asks.milliseconds("/static/page.css") for _ in range(30))
            own = psutil.Process(process.pid)
            held = [_mb(own)]
            for _ in range(4):
                for _ in range(requests // 4):
                    asks.milliseconds("/")
                held.append(_mb(own))
            connection.close()
        finally:
            process.terminate()
            process.wait(30)
    return {
        "first_page_ms": pages["/"],
        "goal_ms": GOAL_MS,
        "bare_ms": round(bare, 1),
        "ratio": round(pages["/"] / bare, 1),
        "pages_ms": pages,
        "requests": requests,
        "memory_mb": held,
        "grown_mb": round(held[-1] - held[1], 1),
        "exit_code": process.returncode,
    }


class _Asks:
    """One connection that asks as the browser does."""

    def __init__(self, connection: http.client.HTTPConnection, cookie: str) -> None:
        self._connection = connection
        self._cookie = cookie

    def milliseconds(self, page: str) -> float:
        """How long a page takes, to its last byte."""
        begun = time.perf_counter()
        self._connection.request("GET", page, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            message = f"{page}: {answer.status}"
            raise RuntimeError(message)
        return (time.perf_counter() - begun) * 1000


def _mb(process: psutil.Process) -> float:
    return round(process.memory_info().rss / 1024 / 1024, 1)

"""The page's own questions to the books are answered by PostgreSQL as they are by SQLite."""

import datetime as dt

import pytest

from robot.ledger import Ledger
from robot.report.metrics import as_json, gather
from robot.serve.deadlines import Month, deadlines
from robot.serve.tonight import tonight
from robot.settings import Ledger as LedgerSettings
from tests.unit.serve.test_pages import plan


class Elsewhere:
    """The office with other books."""

    def __init__(self, ledger, settings):
        self.ledger = ledger
        self.settings = settings


def test_night_deadlines_and_figures(postgres, office, tmp_path):
    """Seconds of a run, ages, what runs and at which step, what is due."""
    address = postgres.database()
    with Ledger.open(LedgerSettings(url=address), tmp_path) as ledger:
        elsewhere = Elsewhere(ledger, office.settings)
        items = [plan(elsewhere, number, "hoa-binh", period="11/2026") for number in (1, 2)]
        night = ledger.nights.begin(None)
        ledger.nights.plan(night, [item.id for item in items])
        ended = ledger.begin_run("register", "hoa-binh", {}, tmp_path)
        ledger.end_run(ended, "done")
        going = ledger.begin_run("submit", "hoa-binh", {}, tmp_path, night=night)
        ledger.protocol.claim(going, 60, item=items[0].id)
        ledger.begin_step(going, "log in")
        seen = tonight(ledger)
        assert (seen.counts["working"], seen.counts["not_started"]) == (1, 1)
        assert [(run.run, run.item, run.step) for run in seen.going] == [(going, items[0].id, "log in")]
        due = deadlines(ledger, office.settings, Month(2026, 11), dt.date(2026, 11, 30))
        assert {one.organisation: one.standing for one in due} == {"hoa-binh": "under_way", "song-lo": "missing"}
        found = {(row["name"], *row["labels"].values()): row["value"] for row in as_json(gather(ledger))}
        row = ledger.run(ended)
        spent = (row.ended - row.started).total_seconds()
        assert found["vss_robot_run_seconds_sum", "register", "done"] == pytest.approx(spent, abs=0.002)
        assert found["vss_robot_queue_items", "claimed"] == 1
        assert 0 <= found["vss_robot_queue_oldest_seconds",] < 60
    postgres.drop(address)

"""Figures for monitoring: of the books, in Prometheus' text format and as JSON, with what a name may hold escaped."""

import json
import re

import pytest

from robot.cli.metrics import print_metrics
from robot.ledger import Signed
from robot.ledger.item import Proof
from robot.report.metrics import as_json, as_prometheus, gather
from tests.unit.serve.test_pages import plan

LINE = re.compile(r'[a-z_]+(\{[a-z_]+="([^"\\\n]|\\[\\"n])*"(,[a-z_]+="([^"\\\n]|\\[\\"n])*")*\})? -?[0-9.e+-]+')
TOKEN = {"serial": "T1", "certificates": [
    {"serial": "0a", "organisations": ['a"b\\\n'], "days_left": 12, "is_authority": False},
    {"serial": "0b", "organisations": [], "days_left": 900, "is_authority": True},
]}  # fmt: skip


@pytest.fixture
def books(office):
    """A night that is over: one accepted, one held; one planned since, and a token that is stopped."""
    ledger, protocol = office.ledger, office.ledger.protocol
    night, items = ledger.nights.begin(None), [plan(office, number) for number in (1, 2)]
    ledger.nights.plan(night, [item.id for item in items])
    run = ledger.begin_run("submit", "song-lo", {}, office.settings.home, night=night)
    ledger.count_signature(run, Signed("vendor", "https://portal.example"))
    sent = protocol.intend(protocol.signed(protocol.prepared(protocol.claim(run, 60, item=items[0].id))), {})
    protocol.accept(
        sent,
        {"kind": "dossier", "number": "1/2026/00131", "at": ""},
        [Proof(kind, "1/2026/00131") for kind in ("page", "network")],
    )
    ledger.end_run(run, "done")
    ledger.care.hold(items[1].id, {"vi": "x", "en": "x"})
    ledger.nights.end(night, {})
    plan(office, 3)
    ledger.begin_run("submit", "song-lo", {}, office.settings.home)
    ledger.begin_login("T1", None)
    ledger.end_login("T1", "wrong PIN")
    return ledger


def figures(metrics):
    return {(row["name"].removeprefix("vss_robot_"), *row["labels"].values()): row["value"] for row in as_json(metrics)}


def test_the_figures_are_those_of_the_books(books):
    """Runs by outcome, queue by state, what waits for people, certificates of persons and employers, the last night's balance."""
    found = figures(gather(books, [TOKEN]))
    expected = {
        ("runs_total", "submit", "done"): 1,
        ("run_seconds_count", "submit", "done"): 1,
        ("runs_running",): 1,
        ("queue_items", "planned"): 1,
        ("queue_items", "held"): 1,
        ("queue_items", "cancelled"): 0,
        ("questions_open", "held"): 1,
        ("questions_open", "captcha"): 0,
        ("tokens_stopped",): 1,
        ("certificate_days_left", "T1", "0a", 'a"b\\\n'): 12,
        ("night_items", "planned"): 2,
        ("night_items", "accepted"): 1,
        ("night_items", "held"): 1,
        ("night_signing", "signatures"): 1,
        ("night_balanced",): 1,
    }
    assert {key: found.get(key) for key in expected} == expected
    assert ("certificate_days_left", "T1", "0b", "") not in found
    spent = books.runs(2)[1]
    assert found["run_seconds_sum", "submit", "done"] == pytest.approx((spent.ended - spent.started).total_seconds(), abs=0.002)
    assert 0 <= found["queue_oldest_seconds",] < 60


def test_prometheus_can_read_them(books):
    """Every metric is explained and typed once, before its figures; names of others are escaped."""
    for speaks in ("vi", "en"):
        lines = as_prometheus(gather(books, [TOKEN]), speaks).splitlines()
        assert [line for line in lines if not line.startswith("#") and not LINE.fullmatch(line)] == []
        told = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
        assert len(told) == len(set(told)) == sum(line.startswith("# HELP ") for line in lines)
        for line in lines:
            if not line.startswith("#"):
                assert re.sub("_(sum|count)$", "", re.split("[{ ]", line)[0]) in told
    assert 'organisation="a\\"b\\\\\\n"' in "\n".join(lines)


def test_a_new_office_has_figures_too(office):
    """Before the first run there is nothing to divide by and nothing to look up."""
    assert figures(gather(office.ledger))["runs_running",] == 0


@pytest.mark.usefixtures("books")
def test_the_command_prints_both(settings_file, capsys):
    """As text, and as JSON with the same figures."""
    print_metrics(settings_file, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {"name": "vss_robot_runs_total", "labels": {"flow": "submit", "outcome": "done"}, "value": 1} in told

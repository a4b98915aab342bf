"""A night against the real stand-in portal, its lanes without a browser: down and up again, a limit, a second look."""

import json
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.organisations import ORGANISATIONS
from fixtures.portal.faults import Faults
from robot.drive.night.night import NightRun
from robot.drive.office import Office
from robot.ledger.item import NewItem
from robot.ledger.queue_tables import RESULTS
from robot.report.night import report_of
from tests.doubles.portal import ROOT, running_portal
from tests.proof.walking import carry, dossier, site

KEY, OTHER = "hoa-binh", "song-lo"
PERIOD = "01/2026"
WAYS = {"lease_s": 60, "lag_s": 0.4, "back_off_s": 0.2}
NIGHTLY = {"lanes": 1, "memory_mb": 0, "breaker": 2, "breaker_s": 0.4, "patience_s": 60}
UPLOAD = "/api/ho-so"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def account(portal, tmp_path, monkeypatch):
    """Gives an organisation an account at a portal that takes duplicates; its lanes send as that one does."""
    sites = tmp_path / "sites"
    sites.mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("LANE_SITES", str(sites))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("robot.drive.night.lanes.ENTRANCE", ("-m", "tests.doubles.lane"))

    def make(key):
        made = site(portal.client(), key, tmp_path / "home", "", WAYS)
        Faults(made.portal.truth).set("duplicate-taken", made.username)
        client = made.client()
        client.log_in()
        made = replace(made, cookies=client.desk.cookies)
        (sites / key).write_bytes(pickle.dumps(made))
        return made

    return make


@pytest.fixture
def known(account):
    return account(KEY)


@pytest.fixture
def office(known):
    """An office of two organisations."""
    names = ("name", "tax_code", "unit_code", "province", "agency_name", "agency_code", "email", "contact", "address")
    tables = {"outbox": {"stable_s": 0.05}, "submission": WAYS, "nightly": NIGHTLY}
    for key in (KEY, OTHER):
        tables[f"organisations.{key}"] = {name: getattr(ORGANISATIONS[key], name) for name in names}
        tables[f"organisations.{key}.token"] = {"serial": f"4b{len(tables):02}"}
    lines = ['language = "en"']
    for name, values in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    (known.home / "robot.toml").write_text("\n".join(lines), encoding="utf-8")
    with Office.open(known.home / "robot.toml", lambda: "") as opened:
        yield opened


@pytest.fixture
def planned(office, known):
    """Plans so many dossiers; their items."""

    def plan(number, whose=known):
        head = dossier(whose, PERIOD)
        facts = (str(head.file), head.file.name, head.sha256, head.size)
        new = [NewItem(whose.organisation, head.business_key(turn), *facts) for turn in range(1, number + 1)]
        return [office.ledger.queue.plan(one) for one in new]

    return plan


@pytest.fixture
def night(office, known):
    """Makes a night, stopped at the first event called `stop`; its row, and what it told."""

    def make(limit=None, until_s=None, hear=None, stop=None):
        told = []

        def heard(event):
            told.append(event)
            if event["event"] == stop:
                run.stop()
            if hear is not None:
                hear(event)

        run = NightRun(office, str(known.home / "robot.toml"), None, heard, headed=False)
        end = datetime.now(UTC) + timedelta(seconds=until_s) if until_s is not None else None
        return run.run([], limit, end), told

    return make


def _ended(told):
    return [event["outcome"] for event in told if event["event"] == "ended"]


def _counts(row):
    counts = {name: row.facts[name] for name in RESULTS if row.facts[name]}
    assert sum(counts.values()) == row.facts["planned"]
    return counts


def test_a_portal_that_is_down_for_a_while_is_left_alone_and_the_night_goes_on(office, known, planned, night):
    """Down after the first dossier, back before --until: few vain tries, then all is sent, each once."""
    items = planned(6)

    def hear(event):
        if event["event"] == "ended" and event["outcome"] == "done" and not down:
            Faults(known.portal.truth).set("portal-down", known.username, seconds=2.5)
            down.append(datetime.now(UTC))

    down = []
    row, told = night(until_s=120, hear=hear)
    assert (row.outcome, row.facts["stopped"], _counts(row)) == ("done", "", {"accepted": 6})
    vain = _ended(told).count("portal_unavailable")
    assert NIGHTLY["breaker"] <= vain <= NIGHTLY["breaker"] + 5, _ended(told)
    assert [known.accepted(item.key) for item in items] == [1] * 6
    assert office.ledger.check().breaches == ()


def test_a_portal_that_is_down_when_the_night_logs_in_is_left_alone_and_the_night_goes_on(known, planned, night):
    """Down from the beginning: no organisation is given up for it; after a pause the log-in is tried again, and all is sent."""
    items, vain = planned(2), []
    Faults(known.portal.truth).set("portal-down", known.username, seconds=600.0)

    def hear(event):
        if event["event"] == "over" and event["outcome"] != "done":
            vain.append(event["error"])
            if len(vain) == NIGHTLY["breaker"] + 1:
                Faults(known.portal.truth).clear(known.username, "portal-down")

    row, _ = night(until_s=120, hear=hear)
    assert (row.outcome, row.facts["stopped"], _counts(row)) == ("done", "", {"accepted": 2})
    assert vain == ["PortalUnavailable"] * (NIGHTLY["breaker"] + 1)
    assert [known.accepted(item.key) for item in items] == [1] * 2


@pytest.mark.long
def test_a_portal_that_stays_down_ends_the_night_and_the_next_one_goes_on(office, known, planned, night):
    """Down beyond --until: what was not begun is left as it was, and balances; the next night sends it."""
    items = planned(4)

    def hear(event):
        if event["event"] == "ended" and event["outcome"] == "done":
            Faults(known.portal.truth).set("portal-down", known.username, seconds=600.0)

    row, _ = night(until_s=20, hear=hear)
    assert (row.outcome, _counts(row)) == ("left", {"accepted": 1, "not_started": 3})
    assert row.facts["stopped"] in {"portal_down", "until"}
    assert {item.state for item in office.ledger.queue.items(states=("planned", "unknown"))} == {"planned"}
    Faults(known.portal.truth).clear(known.username, "portal-down")
    row, _ = night()
    assert (row.outcome, _counts(row)) == ("done", {"accepted": 3})
    assert [known.accepted(item.key) for item in items] == [1] * 4


def test_a_limit_is_kept_and_the_rest_is_for_the_next_night(known, planned, night):
    """Two of five by --limit 2, in the queue's order; the next night has the other three."""
    items = planned(5)
    row, told = night(limit=2)
    assert (_counts(row), _ended(told), row.facts["limit"]) == ({"accepted": 2}, ["done", "done"], 2)
    assert row.facts["beyond_limit"] == 3
    assert [known.accepted(item.key) for item in items] == [1, 1, 0, 0, 0]
    row, _ = night()
    assert (_counts(row), [known.accepted(item.key) for item in items]) == ({"accepted": 3}, [1] * 5)


def test_what_was_lost_on_the_way_is_looked_for_twice_and_sent_again_within_one_night(office, known, planned, night):
    """The portal never had it: two looks, the lag apart and beside a dossier that is there, then the second sending."""
    assert carry(office.ledger, known.client(), known, dossier(known, "12/2025"), 1, 20).state == "done"
    (item,) = planned(1)
    Faults(known.portal.truth).set("connection-dropped", known.username, at=UPLOAD, accepted=False)
    row, _ = night()
    assert (row.outcome, _counts(row), known.accepted(item.key)) == ("done", {"accepted": 1}, 1)
    attempts = office.ledger.attempts("submission", item.key)
    assert sorted(effect.state for effect in attempts) == ["absent", "confirmed"]
    looks = [move.why for move in office.ledger.queue.moves(item.id) if move.why and move.why.startswith("absent, look")]
    assert [look.split(",")[1] for look in looks] == [" look 1", " look 2"]
    assert (row.facts["intents"], row.facts["confirmed"]) == (2, 1)


def test_a_session_that_waits_for_a_person_keeps_no_other_one_from_its_work(known, account, planned, night, tmp_path):
    """One lane only: while somebody is asked for a captcha, the other organisation's dossiers are sent; then these are, too."""
    other = account(OTHER)
    items = [*planned(2), *planned(2, other)]
    asked = tmp_path / "sites" / f"{KEY}.asked"
    asked.touch()

    def hear(event):
        if event["event"] == "over" and event["organisation"] == OTHER:
            asked.unlink()

    row, told = night(until_s=60, hear=hear)
    assert (row.outcome, _counts(row)) == ("done", {"accepted": 4})
    assert [event["organisation"] for event in told if event["event"] == "ended"] == [OTHER] * 2 + [KEY] * 2
    accepted = [(known if item.organisation == KEY else other).accepted(item.key) for item in items]
    assert accepted == [1] * 4


def test_nobody_is_waited_for_when_the_night_begins_nothing_more(office, planned, night, tmp_path):
    """Somebody is asked for a captcha at the time given with --until: the night ends, and what it had planned balances."""
    planned(2)
    (tmp_path / "sites" / f"{KEY}.asked").touch()

    def hear(event):
        if event["event"] == "waiting":
            asked.append(event["run"])
            office.ledger.ask(event["run"], "captcha", tmp_path / "captcha.png", 600)

    asked = []
    row, told = night(until_s=2, hear=hear)
    assert (row.outcome, row.facts["stopped"], _counts(row)) == ("left", "until", {"not_started": 2})
    assert {KEY: {"error": "PersonAwaited", "run": asked[0], "said": None}} == row.facts["put_off"]
    assert ["person"] * 2 == [line.left for line in report_of(office.ledger, row.id).lines]
    assert _ended(told) == []
    assert [run.outcome for run in office.ledger.runs(9) if run.outcome == "running"] == []


@pytest.mark.parametrize(("at", "left"), [("taken", [OTHER]), ("night", [])])
def test_a_night_that_is_stopped_before_its_first_session_begins_none(office, planned, night, at, left):
    """Outboxes that were not looked into yet are left as they are; what was planned balances as not started."""
    planned(2)
    for key in (KEY, OTHER):
        outbox = office.settings.outbox.folder / key
        outbox.mkdir(parents=True)
        (outbox / "a.xml").write_text("<Hoso/>", encoding="utf-8")
    row, _ = night(stop=at)
    assert (row.outcome, row.facts["stopped"], _counts(row)) == ("left", "stopped", {"not_started": 2})
    assert ["stopped"] * 2 == [line.left for line in report_of(office.ledger, row.id).lines]
    assert [path.parent.name for path in office.settings.outbox.folder.glob("*/a.xml")] == left
    assert office.ledger.runs(9) == []

"""The report of a night: counts that balance, what was refused and held and why; for a person, a program and a test viewer."""

import datetime as dt
import json
import re
from xml.etree import ElementTree as ET

import pytest

from robot.ledger import Signed
from robot.ledger.item import NewItem, Proof
from robot.report import Cover
from robot.report.night import report_of
from robot.report.night_files import as_json, as_junit, as_text
from robot.report.page.night import night_page, read_night
from robot.texts import Text

FAULT = {"form": "D02-TS", "row": 3, "label": "Mã số BHXH", "field": "Masobhxh", "value": "••••12"}
FAULTS = {"vi": [FAULT | {"says": "chỉ gồm chữ số"}], "en": [FAULT | {"says": "digits only"}]}


@pytest.fixture
def night(office, tmp_path):
    """A night of five dossiers of two organisations: two accepted, one refused, one unknown, one not begun."""
    books, nights, queue = office.ledger.protocol, office.ledger.nights, office.ledger.queue
    number = nights.begin(dt.datetime.now(dt.UTC))
    ends = [("hoa-binh", "accept"), ("hoa-binh", "refuse"), ("song-lo", "accept"), ("song-lo", "lose"), ("song-lo", None)]
    items = [
        queue.plan(NewItem(key, f"TZ0101A/600/01/2026/{turn:02}", f"{turn}.xml", f"hồ sơ {turn}\x07.xml", f"{turn:064}", 9))
        for turn, (key, _) in enumerate(ends, start=1)
    ]
    nights.plan(number, [item.id for item in items])
    for item, (key, end) in zip(items, ends, strict=True):
        if end is None:
            continue
        run = office.ledger.begin_run("submit", key, {}, tmp_path / "evidence", night=number)
        step = office.ledger.begin_step(run, "sign and send the dossier")
        sent = books.intend(books.signed(books.prepared(books.claim(run, 60, item=item.id))), {})
        office.ledger.count_signature(run, Signed("vendor", "https://portal.example"))
        if end == "accept":
            receipt = {"kind": "dossier", "number": f"{item.id:05}/2026/00131", "at": ""}
            books.accept(sent, receipt, [Proof(kind, receipt["number"]) for kind in ("page", "network")])
        elif end == "refuse":
            books.refuse(sent, {"en": "not like this", "vi": "không được"}, FAULTS)
        else:
            books.lose_sight(sent, "no answer")
        office.ledger.end_step(step, "done")
        office.ledger.end_run(run, {"accept": "done", "refuse": "refused", "lose": "unknown"}[end])
        nights.note(number, item.id, run, 12.5)
    nights.end(number, {})
    return number


def test_the_counts_balance_in_all_and_by_organisation(office, night):
    """Planned is accepted, refused, held and not started together; the signatures explain the sendings."""
    report = report_of(office.ledger, night)
    assert {
        "planned": 5,
        "accepted": 2,
        "refused": 1,
        "held": 1,
        "not_started": 1,
        "signatures": 4,
        "intents": 4,
        "confirmed": 2,
    } == report.counts
    assert report.balanced
    assert {"planned": 2, "accepted": 1, "refused": 1} == report.organisations["hoa-binh"]
    assert "left" == report.outcome
    (slow,) = report.slowest
    assert ("sign and send the dossier", 4) == (slow.name, slow.times)


@pytest.mark.parametrize(
    ("speaks", "said", "wrong"), [("vi", "không được", "chỉ gồm chữ số"), ("en", "not like this", "digits only")]
)
def test_a_person_reads_why_and_in_which_field(office, night, speaks, said, wrong):
    """The refused dossier stands there with the portal's words and each fault by form, row and field, in either language."""
    text = as_text(report_of(office.ledger, night), speaks)
    assert said in text
    assert re.search(f"D02-TS.*3.*Masobhxh.*{wrong}", text)
    assert text.index("hồ sơ 2") < text.index("hồ sơ 4") < text.index("hồ sơ 5")


def test_the_page_tells_faults_in_the_language_that_it_is_read_in(office, night):
    """Also those that no verdict has brought."""
    (look,) = read_night(office.ledger, night, office.settings, Cover(office.redactor, office.settings)).looks["refused"]
    says = look.forms[0].rows[0].faults[0].says
    assert ("chỉ gồm chữ số", "digits only") == (says.vi, says.en)


def test_a_program_reads_the_same(office, night):
    """The JSON holds each dossier with its number, and can be written as it is."""
    told = json.loads(json.dumps(as_json(report_of(office.ledger, night)), default=str))
    assert told["balanced"]
    assert ["00001/2026/00131", None, "00003/2026/00131", None, None] == [line["number"] for line in told["lines"]]
    assert FAULTS == told["lines"][1]["faults"]


def test_a_test_viewer_reads_a_suite_an_organisation(office, night):
    """JUnit XML is well-formed whatever a file is called; a failure, an error and a skipped case are told apart."""
    top = ET.fromstring(as_junit(report_of(office.ledger, night), "vi"))  # noqa: S314 - written a moment ago, by us
    assert ("5", "1", "1", "1") == tuple(top.get(name) for name in ("tests", "failures", "errors", "skipped"))
    assert ["hoa-binh", "song-lo"] == [suite.get("name") for suite in top]
    kinds = [[child.tag for child in case] for case in top.iter("testcase")]
    assert [["system-out"], ["failure"], ["system-out"], ["error"], ["skipped"]] == kinds
    assert "Masobhxh" in next(top.iter("failure")).text


def test_a_night_that_runs_is_reported_as_far_as_it_is(office):
    """Nothing is said of a balance before the end, and what was not reached yet counts as not started."""
    number = office.ledger.nights.begin(None)
    item = office.ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/02/2026/01", "f", "f.xml", "f" * 64, 9))
    office.ledger.nights.plan(number, [item.id])
    report = report_of(office.ledger, number)
    assert (None, 1, 1) == (report.ended, report.counts["planned"], report.counts["not_started"])
    assert "balance" not in as_text(report, "en")


WHY = {"vi": "mã kiểm tra sai", "en": "the captcha was wrong"}
LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "until", "code", "said"),
    [
        ({"stopped": "until"}, LATER, "until", "--until"),
        ({"stopped": "portal_down"}, None, "portal_down", "The portal did not answer"),
        ({"stopped": "map"}, None, "map", "calibrate --check"),
        ({"stopped": "stopped"}, None, "stopped", "stopped the night"),
        ({"put_off": {"hoa-binh": {"error": "PersonAwaited", "run": "x", "said": None}}}, LATER, "person", "nobody answered"),
        ({"put_off": {"hoa-binh": {"error": "CaptchaRefused", "run": "x", "said": WHY}}}, None, "session", WHY["en"]),
        ({"put_off": {"song-lo": {"error": "CaptchaRefused", "run": "x", "said": WHY}}}, None, "unknown", "not noted"),
        ({}, None, "unknown", "not noted"),
    ],
)
def test_a_dossier_that_was_not_started_says_why(office, facts, until, code, said):
    """In the text, the JSON, JUnit and the page, and all of them once: planned is the four results together."""
    number = office.ledger.nights.begin(until)
    new = [NewItem("hoa-binh", f"TZ0101A/600/02/2026/{turn:02}", "f", f"{turn}.xml", f"{turn:064}", 9) for turn in range(1, 8)]
    office.ledger.nights.plan(number, [office.ledger.queue.plan(one).id for one in new])
    office.ledger.nights.end(number, facts)
    report = report_of(office.ledger, number)
    assert [code] * 7 == [line.left for line in report.lines]
    assert said in as_text(report, "en")
    assert code == as_json(report)["lines"][0]["left"]
    top = ET.fromstring(as_junit(report, "en"))  # noqa: S314 - written a moment ago, by us
    assert said in next(top.iter("skipped")).get("message")
    page = read_night(office.ledger, number, office.settings, Cover(office.redactor, office.settings))
    (left,) = page.left
    assert (7, True) == (len(left.lines), left.stay)
    assert said in left.why.en
    assert left.why.vi != left.why.en
    assert (7, 0) == (report.counts["not_started"], sum(len(looks) for looks in page.looks.values()))
    html = night_page([page], "1", "vi")
    assert (html.count(f'lang="vi">{left.why.vi[:10]}'), html.count(f'lang="en">{left.why.en[:10]}')) == (1, 1)


def test_a_dossier_that_was_given_back_taken_out_or_not_due_says_so(office, tmp_path):
    """Its own reason comes before the night's."""
    books, queue, nights = office.ledger.protocol, office.ledger.queue, office.ledger.nights
    number = nights.begin(LATER)
    new = [NewItem("hoa-binh", f"TZ0101A/600/03/2026/{turn:02}", "f", f"{turn}.xml", f"{turn:064}", 9) for turn in (1, 2, 3, 4)]
    back, out, later, plain = [queue.plan(one) for one in new]
    nights.plan(number, [back.id, out.id, later.id, plain.id])
    assert ["waits"] * 4 == [line.left for line in report_of(office.ledger, number).lines]
    for item, seconds in ((back, 0), (later, 999_999)):
        run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path / "evidence", night=number)
        claim = books.claim(run, 60, item=item.id)
        assert "working" == report_of(office.ledger, number).lines[[back, out, later].index(item)].left
        books.postpone(claim, Text("errors.lane_lost", {"organisation": "hoa-binh"}), seconds)
        office.ledger.end_run(run, "portal_unavailable")
        if item is back:
            nights.note(number, item.id, run, 1.0)
    office.ledger.care.cancel(out.id)
    nights.end(number, {"stopped": "until"})
    lines = report_of(office.ledger, number).lines
    assert ["given_back", "cancelled", "later", "until"] == [line.left for line in lines]
    assert lines[0].said["vi"].endswith(Text("errors.lane_lost", {"organisation": "hoa-binh"}).say("vi"))
    page = read_night(office.ledger, number, office.settings, Cover(office.redactor, office.settings))
    assert [True, False, True, True] == [left.stay for left in page.left]


def test_the_command_lists_nights_and_reports_the_last(night, robot, tmp_path):
    """`nights` lists, `nights last` reports, --junit writes a file; a night that is not there is named."""
    assert str(night) in robot("nights").said
    assert 5 == robot("nights", "last", "--json", "--junit", tmp_path / "đêm.xml").said["counts"]["planned"]
    assert (tmp_path / "đêm.xml").read_bytes().startswith(b"<?xml")
    assert 2 == robot("nights", "99").code

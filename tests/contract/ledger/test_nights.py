"""Nights, on either database: one at a time on a machine, each dossier's result read from the dossier itself, and a balance."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from robot import settings
from robot.errors import NameUnknown
from robot.ledger import Ledger, Signed, WrongState
from robot.ledger.nights import UNSEEN, NightRuns, result_of
from robot.ledger.queue_tables import RESULTS, night_items, nights
from robot.report.night import report_of
from robot.report.night_files import as_text
from robot.texts import Text
from tests.doubles.way import SAID, brought, new

ENDS = {"done": "accepted", "refused": "refused", "held": "held", "unknown": "held", "planned": "not_started"}
BEGIN = """
import sys
from pathlib import Path
from robot import settings
from robot.ledger import Ledger
with Ledger.open(settings.Ledger(url=sys.argv[2]), Path(sys.argv[1])) as ledger:
    print(ledger.nights.begin(None))
"""


@pytest.fixture
def dossiers(ledger, tmp_path):
    """A night's dossiers, each brought to one of the ends by a run of that night; not signed for."""

    def bring(night, *ends):
        found = []
        for end in ends:
            number = len(ledger.queue.items()) + 1
            run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path, night=night)
            item = brought(ledger, run, end, new(f"TZ0101A/600/11/2026/{number:02}", "abcdefghij"[number]))
            found.append((item, run))
        return found

    return bring


def test_a_night_counts_what_became_of_each_dossier(ledger, dossiers):
    """Planned is accepted, refused, held and not started together, and each result stands beside its dossier."""
    night = ledger.nights.begin(datetime.now(UTC) + timedelta(hours=1))
    brought_here = dossiers(night, *ENDS)
    ledger.nights.plan(night, [item.id for item, _ in brought_here])
    for item, run in brought_here:
        if item.state != "planned":
            ledger.count_signature(run, Signed("vendor", "https://portal.example"))
            assert ledger.nights.note(night, item.id, run, 2.0) == ENDS[item.state]
    ended = ledger.nights.end(night, {"limit": None})
    assert {row.item: row.result for row in ledger.nights.items(night)} == {i.id: ENDS[i.state] for i, _ in brought_here}
    counts = {name: ended.facts[name] for name in ("planned", *RESULTS)}
    assert counts == {"planned": 5, "accepted": 1, "refused": 1, "held": 2, "not_started": 1}
    assert (ended.outcome, ended.facts["limit"]) == ("unbalanced", None)  # four signatures, two sendings: two explain nothing
    assert (ended.until > ended.begun, ledger.nights.night(night)) == (True, ended)


@pytest.mark.parametrize(("unseen", "signed", "outcome"), [(False, 0, "unbalanced"), (True, 0, "done"), (True, 2, "unbalanced")])
def test_signatures_that_nobody_here_sees_are_not_missed(ledger, dossiers, unseen, signed, outcome):
    """Where the browser calls the library without us none is counted; one too many is one too many all the same."""
    night = ledger.nights.begin(None)
    ((item, run),) = dossiers(night, "done")
    ledger.nights.plan(night, [item.id])
    for _ in range(signed):
        ledger.count_signature(run, Signed("vendor", "https://portal.example"))
    ledger.nights.note(night, item.id, run, 2.0)
    assert ledger.nights.end(night, {UNSEEN: unseen}).outcome == outcome
    report = report_of(ledger, night)
    assert (report.unseen, report.balanced) == (unseen, outcome == "done")
    assert (Text("night.unseen").say("vi") in as_text(report, "vi")) == unseen


def test_the_outcome_says_whether_all_was_accepted_and_balances(ledger, dossiers):
    """All accepted: done. Something left: left. An accepted dossier that nobody signed for: not balanced."""
    outcomes = []
    for ends, signed in ((["done"], 1), (["done", "planned"], 1), (["done"], 0), ([], 0)):
        night = ledger.nights.begin(None)
        for item, run in dossiers(night, *ends):
            ledger.nights.plan(night, [item.id])
            for _ in range(signed if item.state == "done" else 0):
                ledger.count_signature(run, Signed("vendor", "https://portal.example"))
        outcomes.append(ledger.nights.end(night, {}).outcome)
    assert outcomes == ["done", "left", "unbalanced", "done"]
    assert [night.outcome for night in ledger.nights.nights(2)] == ["done", "unbalanced"]


def test_a_dossier_is_planned_once_a_night_and_noted_as_often_as_it_is_begun(ledger, dossiers):
    """Its seconds add up, its last run counts; one that is not of the night is refused."""
    night = ledger.nights.begin(None)
    ((item, run), (other, _)) = dossiers(night, "held", "planned")
    for _ in range(2):
        ledger.nights.plan(night, [item.id, item.id])
    assert [ledger.nights.note(night, item.id, run, seconds) for seconds in (1.5, 2.0)] == ["held", "held"]
    (row,) = ledger.nights.items(night)
    assert (row.item, row.run, row.seconds) == (item.id, run, 3.5)
    with pytest.raises(WrongState):
        ledger.nights.note(night, other.id, run, 1)


def test_the_end_reads_the_state_anew(ledger, submitting, dossiers):
    """What was noted as held and has been accepted since, by a person's word and a look-up, is accepted when the night ends."""
    night = ledger.nights.begin(None)
    ((item, run),) = dossiers(night, "held")
    ledger.nights.plan(night, [item.id])
    assert ledger.nights.note(night, item.id, run, 1) == "held"
    ledger.care.release(item.id)
    ledger.protocol.refuse(ledger.protocol.claim(submitting, 60, item=item.id), SAID)
    assert ledger.nights.end(night, {}).facts["refused"] == 1
    with pytest.raises(WrongState):
        ledger.nights.end(night, {})


def test_two_nights_at_once_on_one_machine_are_one(ledger, address, tmp_path):
    """Of processes that begin in the same moment one has the night, and the others are told whose it is."""

    def begin(_):
        with Ledger.open(settings.Ledger(url=address), tmp_path) as own:
            try:
                return own.nights.begin(None)
            except NightRuns as runs:
                return runs

    with ThreadPoolExecutor(3) as several:
        said = list(several.map(begin, range(3)))
    (night,) = [one for one in said if isinstance(one, int)]
    assert {one.night for one in said if isinstance(one, NightRuns)} == {night}
    facts = {"machine": ledger.nights.night(night).machine, "process": 1, "process_started": 1.0, "begun": datetime.now(UTC)}
    with pytest.raises(IntegrityError), ledger.store.writing() as books:  # the rule stands in the schema
        books.execute(nights.insert().values(**facts))


def test_a_night_whose_process_has_gone_is_abandoned_and_balanced_by_the_next(ledger, address, tmp_path, dossiers):
    """Its dossiers get the results that their states say; a night of another machine is left alone."""
    begun = subprocess.run([sys.executable, "-c", BEGIN, tmp_path, address], capture_output=True, text=True, check=True)
    lost = int(begun.stdout)
    ledger.nights.plan(lost, [item.id for item, _ in dossiers(lost, "unknown", "planned")])
    with ledger.store.writing() as books:
        there = {"machine": "not-this-one", "process": 1, "process_started": 1.0, "begun": datetime.now(UTC)}
        elsewhere = books.execute(nights.insert().values(**there).returning(nights.c.id)).scalar_one()
    ledger.nights.begin(None)
    found = ledger.nights.night(lost)
    assert (found.outcome, found.facts["held"], found.facts["not_started"]) == ("abandoned", 1, 1)
    assert ledger.nights.night(elsewhere).ended is None


def test_rules_of_nights_stand_in_the_schema(ledger, dossiers):
    """No unknown result, no end without an outcome; a night that is not there is named."""
    night = ledger.nights.begin(None)
    ((item, _),) = dossiers(night, "planned")
    ledger.nights.plan(night, [item.id])
    for change in (
        update(night_items).values(result="perhaps"),
        update(nights).values(ended=datetime.now(UTC)),
        night_items.insert().values(night=night + 1, item=item.id),
    ):
        with pytest.raises(IntegrityError), ledger.store.writing() as books:
            books.execute(change)
    with pytest.raises(NameUnknown):
        ledger.nights.night(night + 1)


@pytest.mark.parametrize("state", ["claimed", "prepared", "signed", "cancelled"])
def test_what_was_never_sent_is_not_started(state):
    """Whatever was begun and not sent is for another night."""
    assert result_of(state) == "not_started"

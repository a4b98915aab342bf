"""Waiting is a row, on either database: written with the run's end, due by its times, taken up by the run that goes on."""

import os

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from robot.ledger import WrongState, tables
from robot.ledger.queue_tables import waits
from robot.ledger.waits import NewWait

MAIL = NewWait("mail", 0, 600)
ANY = ("mail", "person", "time")


@pytest.fixture
def waiting(ledger, tmp_path):
    """Runs of a flow that ended because they wait."""

    def made(wait=MAIL, flow="activate", organisation="hoa-binh", **parameters):
        run = ledger.begin_run(flow, organisation, parameters, tmp_path)
        ledger.end_run(run, "waiting", wait=wait)
        return run

    return made


def _due(ledger, *kinds):
    return [wait.run for wait in ledger.waits.due(kinds or ANY)]


def test_the_row_comes_with_the_runs_end(ledger, waiting):
    """What is waited for, since when, when it is worth a look and until when: with the end of the run, at the same moment."""
    run = waiting(NewWait("mail", 30, 600))
    row = ledger.waits.of(run)
    assert ("mail", ledger.run(run).ended, None, None) == (row.kind, row.begun, row.ended, row.taken_up)
    assert (30, 600) == ((row.again - row.begun).total_seconds(), (row.expires - row.begun).total_seconds())
    assert () == ledger.check().breaches


def test_no_run_waits_without_a_row(ledger, run):
    """Neither an end that does not say what for, nor a row of a run that ended otherwise: then the run has not ended."""
    with pytest.raises(WrongState):
        ledger.end_run(run, "waiting")
    with pytest.raises(WrongState):
        ledger.end_run(run, "done", wait=MAIL)
    assert ("running", None) == (ledger.run(run).outcome, ledger.waits.of(run))


def test_a_row_that_cannot_be_written_leaves_the_run_running(ledger, run):
    """One transaction: an unknown kind is refused by the schema, and the end with it."""
    with pytest.raises(IntegrityError):
        ledger.end_run(run, "waiting", wait=NewWait("weather", 0, 600))
    assert "running" == ledger.run(run).outcome


def test_due_by_kind_and_time(ledger, waiting):
    """What rests yet, and what has expired, is not due; the rest is, the longest due first."""
    first, second = waiting(), waiting(NewWait("person", 0, 600), flow="login")
    waiting(NewWait("mail", 600, 900), organisation="song-lo")
    waiting(NewWait("mail", 0, 0), organisation="kim-lien")
    assert [first, second] == _due(ledger)
    assert [second] == _due(ledger, "person")


def test_the_same_flow_of_the_same_organisation_goes_on(ledger, waiting, tmp_path):
    """Another flow, organisation or dossier does not take the row up; the very same does, once, in the books for ever."""
    run = waiting(flow="submit", dossier="a.xml")
    for flow, organisation, dossier in (("login", "hoa-binh", "a"), ("submit", "song-lo", "a"), ("submit", "hoa-binh", "b")):
        ledger.begin_run(flow, organisation, {"dossier": f"{dossier}.xml"}, tmp_path)
    assert [run] == _due(ledger)
    taker = ledger.begin_run("submit", "hoa-binh", {"dossier": "a.xml"}, tmp_path)
    ledger.begin_run("submit", "hoa-binh", {"dossier": "a.xml"}, tmp_path)
    row = ledger.waits.of(run)
    assert (taker, ledger.run(taker).started, []) == (row.taken_up, row.ended, _due(ledger))
    assert () == ledger.check().breaches


def test_a_nights_session_goes_on_with_what_the_last_nights_waited_for(ledger, tmp_path):
    """Whatever night it is of, the next session of the organisation takes the row up."""
    nights = []
    for _ in range(2):
        night = ledger.nights.begin(until=None)
        nights.append(ledger.begin_run("night-session", "hoa-binh", {}, tmp_path, night=night))
        ledger.end_run(nights[-1], "waiting", wait=NewWait("person", 0, 600))
        ledger.nights.end(night, {})
    assert nights[1] == ledger.waits.of(nights[0]).taken_up
    assert [nights[1]] == _due(ledger)


def test_waiting_again_does_not_put_off_the_last_day(ledger, waiting):
    """A mail that never comes is not looked for for ever, however often it was looked for."""
    rows = [ledger.waits.of(run) for run in (waiting(NewWait("mail", 0, 5)), waiting(NewWait("mail", 0, 600)))]
    assert rows[0].run != rows[1].run
    assert rows[0].expires == rows[1].expires


def test_what_has_expired_ends_untaken(ledger, waiting):
    """It stays in the books as what nobody went on with; a person's own start is not kept from beginning."""
    run = waiting(NewWait("mail", 0, 0))
    ledger.reap()
    row = ledger.waits.of(run)
    assert (True, None) == (row.ended is not None, row.taken_up)


@pytest.mark.parametrize("how", ["reap", "abandon"])
def test_an_abandoned_run_lets_it_wait_again(ledger, waiting, tmp_path, how):
    """The process that went on was killed: the row is due as before; where somebody went on since, it is theirs."""
    run = waiting()
    taker = ledger.begin_run("activate", "hoa-binh", {}, tmp_path)
    _lost(ledger, taker, how)
    assert [run] == _due(ledger)
    assert ledger.waits.of(run).taken_up is None
    taker = ledger.begin_run("activate", "hoa-binh", {}, tmp_path)
    later = ledger.begin_run("activate", "hoa-binh", {}, tmp_path)
    _lost(ledger, taker, how)
    assert ([], later) == (_due(ledger), ledger.waits.of(run).taken_up)


def test_the_check_sees_a_missing_and_a_wrong_row(ledger, waiting, tmp_path):
    """A run that waits without a row, a row of a run that does not wait, and a taker of another flow."""
    run = waiting()
    other = ledger.begin_run("login", "hoa-binh", {}, tmp_path)
    with ledger.store.writing() as books:
        books.execute(update(waits).values(ended=ledger.run(other).started, taken_up=other))
    assert [("wait", f"run {run}", other)] == [(one.rule, one.what, one.found) for one in ledger.check().breaches]
    with ledger.store.writing() as books:
        books.execute(update(waits).values(run=other, taken_up=None))
    found = {(one.rule, one.what, one.found) for one in ledger.check().breaches}
    assert {("wait", f"run {run}", "waiting"), ("wait", f"run {other}", "running")} == found


def _lost(ledger, run, how):
    """The run's process is gone: seen on its own machine, or known by whoever hears no word of it."""
    if how == "abandon":
        assert ledger.workers.abandon(run)
        return
    with ledger.store.writing() as books:
        books.execute(update(tables.runs).where(tables.runs.c.id == run).values(process_started=1.0, process=os.getpid()))
    assert [run] == [one.id for one in ledger.reap()]

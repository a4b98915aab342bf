"""Deadlines of the month: what the portal has, what is on its way, what is missing or late, by organisation and procedure."""

import datetime as dt

import pytest

from robot.ledger.item import Proof
from robot.serve.deadlines import Month, deadlines
from tests.unit.serve.test_pages import plan


def accept(office, item):
    books, run = office.ledger.protocol, office.ledger.begin_run("submit", item.organisation, {}, office.settings.home)
    sent = books.intend(books.signed(books.prepared(books.claim(run, 60, item=item.id))), {})
    books.accept(
        sent,
        {"kind": "dossier", "number": f"{item.id:05}/2026/00131", "at": ""},
        [Proof(kind, f"{item.id:05}/2026/00131") for kind in ("page", "network")],
    )
    office.ledger.end_run(run, "done")


def standing(office, month, today):
    return {due.organisation: (due.standing, due.days_left) for due in deadlines(office.ledger, office.settings, month, today)}


def test_what_is_missing_comes_to_light(office):
    """Only dossiers of that month and procedure count; a day after the last one what is missing is late."""
    february, today = Month(2026, 2), dt.date(2026, 2, 20)
    assert standing(office, february, today) == {"hoa-binh": ("missing", 8), "song-lo": ("missing", 8)}
    accept(office, plan(office, 1, "hoa-binh", "a.xml", "02/2026"))
    accept(office, plan(office, 2, "song-lo", "b.xml", "01/2026"))
    assert standing(office, february, today) == {"hoa-binh": ("sent", 8), "song-lo": ("missing", 8)}
    assert standing(office, february, dt.date(2026, 3, 1))["song-lo"] == ("late", -1)


def test_what_is_not_there_yet_is_told_from_what_is(office):
    """A second dossier on its way, or held, outweighs the first one's receipt."""
    month, today = Month(2026, 1), dt.date(2026, 1, 2)
    accept(office, plan(office, 1, "hoa-binh", "a.xml"))
    later = plan(office, 2, "hoa-binh", "b.xml")
    assert standing(office, month, today)["hoa-binh"] == ("under_way", 29)
    office.ledger.care.hold(later.id, {"vi": "x", "en": "x"})
    first = deadlines(office.ledger, office.settings, month, today)[0]
    assert (first.organisation, first.standing, first.sent, first.held) == ("hoa-binh", "held", 1, 1)


@pytest.mark.parametrize(("text", "read"), [("2026-12", Month(2026, 12)), ("2026-13", None), ("", None), ("2026-1", None)])
def test_months_of_an_address(text, read):
    """Anything but a month is none."""
    assert Month.read(text) == read


def test_months_follow_one_another():
    """Over the end of a year, and by their own last day."""
    assert (Month(2026, 12).other(1), Month(2026, 1).other(-1)) == (Month(2027, 1), Month(2025, 12))
    assert [Month(2028, 2).day(31), Month(2026, 4).day(31), Month(2026, 1).day(5)] == [
        dt.date(2028, 2, 29),
        dt.date(2026, 4, 30),
        dt.date(2026, 1, 5),
    ]

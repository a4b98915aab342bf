"""Which dossier a night begins next: look-ups first, the portal's rest, the rate, the end. Time is told, not waited for."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from robot.drive.night.scheduler import Job, Scheduler, Wait
from robot.ledger.item import Item
from robot.settings.nightly import Nightly

BEGUN = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def item(state: str = "planned", organisation: str = "hoa-binh", **facts) -> Item:
    number = facts.pop("id", None) or next(_numbers)
    usual = {
        "id": number,
        "organisation": organisation,
        "key": f"TZ0101A/600/11/2026/{number:02d}",
        "file": "a.xml",
        "name": "a.xml",
        "sha256": "0" * 64,
        "size": 1,
        "source": "queue",
        "priority": 0,
        "state": state,
        "amends": None,
        "run": None,
        "fence": 0,
        "lease": None,
        "effect": None,
        "looks": 0,
        "looked": None,
        "not_before": None,
        "said": None,
        "faults": None,
        "added": BEGUN,
        "changed": BEGUN,
    }
    return Item(**(usual | facts))


def scheduler(*items: Item, until: datetime | None = None, **settings) -> Scheduler:
    made = Scheduler(Nightly(**settings), until, Random(6))  # noqa: S311 - pauses, not secrets
    made.add(items)
    return made


def begun(night: Scheduler, now: datetime, organisation: str = "hoa-binh") -> int:
    job = night.next_for(organisation, now)
    assert isinstance(job, Job), job
    return job.item


def test_what_was_sent_and_not_seen_is_looked_up_first_then_the_more_urgent():
    """Unknown outcomes come before new work, and a higher priority before a lower one."""
    plain, urgent, lost = item(), item(priority=5), item("unknown")
    night = scheduler(plain, urgent, lost)
    assert [lost.id, urgent.id, plain.id] == [begun(night, BEGUN) for _ in range(3)]


def test_a_dossier_whose_time_has_not_come_is_waited_for_while_others_go_on():
    """A second look is due later: what is due is begun first, then the time until that look is told."""
    later, now = item("unknown", not_before=after(600)), item()
    night = scheduler(later, now)
    assert now.id == begun(night, BEGUN)
    assert Wait(timedelta(seconds=600)) == night.next_for("hoa-binh", BEGUN)
    assert later.id == begun(night, after(600))


@pytest.mark.parametrize(("until", "patience"), [(after(300), 3600), (None, 300)])
def test_a_look_beyond_the_night_is_left_to_the_next_one(until, patience):
    """What is due after the end, or later than the night is patient for, is not waited for."""
    night = scheduler(item("unknown", not_before=after(600)), until=until, patience_s=patience)
    assert night.next_for("hoa-binh", BEGUN) is None


def test_nothing_is_begun_after_the_given_time():
    """At --until the night begins nothing more and says why."""
    night = scheduler(item(), item(), until=after(60))
    begun(night, BEGUN)
    assert night.next_for("hoa-binh", after(60)) is None
    assert "until" == night.stopped


def test_two_dossiers_are_begun_no_faster_than_the_rate_whoever_sends_them():
    """The rate holds over all organisations."""
    night = scheduler(item(), item(organisation="kim-lien"), rate_s=10)
    begun(night, BEGUN)
    assert Wait(timedelta(seconds=7)) == night.next_for("kim-lien", after(3))
    begun(night, after(10), "kim-lien")


def test_a_dossier_that_could_not_be_begun_is_tried_so_often_and_no_oftener():
    """Portal trouble before the intent: again after its pause, until the tries of one night are used up."""
    first = item()
    night = scheduler(first, tries=2, breaker=9)
    for _ in range(2):
        begun(night, BEGUN)
        night.ended(first, BEGUN, portal_down=True)
    assert night.next_for("hoa-binh", BEGUN) is None


def test_a_portal_that_is_down_is_left_alone_and_tried_with_one_dossier():
    """After so many failures in a row: a pause for everybody, then one to try, whose failure makes a longer pause."""
    items = [item() for _ in range(6)]
    night = scheduler(*items, breaker=3, breaker_s=60, tries=9)
    for each in items[:3]:
        assert each.id == begun(night, BEGUN)
    for each in items[:3]:
        night.ended(each, BEGUN, portal_down=True)
    paused = night.next_for("hoa-binh", BEGUN)
    assert isinstance(paused, Wait)
    assert timedelta(seconds=30) <= paused.time <= timedelta(seconds=60)
    trying = begun(night, after(60))
    assert Wait(timedelta(seconds=1)) == night.next_for("hoa-binh", after(60)), "one to try, and no second beside it"
    night.ended(item(id=trying), after(61), portal_down=True)
    longer = night.next_for("hoa-binh", after(61))
    assert isinstance(longer, Wait)
    assert timedelta(seconds=60) <= longer.time <= timedelta(seconds=120)
    again = begun(night, after(181))
    night.ended(item("accepted", id=again), after(182), portal_down=False)
    begun(night, after(182))
    begun(night, after(182))


def test_a_portal_that_stays_down_ends_the_night():
    """Where it would be tried again only after --until, the night says that it was down."""
    only = item()
    night = scheduler(only, breaker=1, breaker_s=600, until=after(100), tries=9)
    begun(night, BEGUN)
    night.ended(only, BEGUN, portal_down=True)
    assert night.next_for("hoa-binh", BEGUN) is None
    assert "portal_down" == night.stopped


def test_what_was_handed_out_and_not_begun_comes_back():
    """A session that ends gives back what it had not begun, and another takes it up."""
    first, second = item(), item()
    night = scheduler(first, second)
    assert first.id == begun(night, BEGUN)
    night.returned(first.id)
    assert first.id == begun(night, BEGUN)


def test_an_organisation_whose_session_cannot_go_on_is_left_for_another_night():
    """A broken token concerns one organisation; the others' dossiers go on."""
    night = scheduler(item(), item(), item(organisation="kim-lien"))
    begun(night, BEGUN)
    night.drop("hoa-binh")
    assert night.next_for("hoa-binh", BEGUN) is None
    assert ["kim-lien"] == night.organisations()


def test_a_portal_that_lets_nobody_log_in_is_left_alone_as_well():
    """Log-ins in vain count as failures; each one after a pause makes the next pause longer, and nothing is begun within one."""
    night = scheduler(item(), breaker=2, breaker_s=60, until=after(3600))
    night.log_in_failed(BEGUN)
    assert not night.rests(BEGUN)
    night.log_in_failed(BEGUN)
    assert [night.rests(after(seconds)) for seconds in (0, 29, 60)] == [True, True, False]
    night.log_in_failed(after(60))
    assert [night.rests(after(seconds)) for seconds in (60, 119, 180)] == [True, True, False]
    begun(night, after(180))


def test_a_late_failure_within_a_pause_makes_it_no_longer():
    """What was under way when the portal went down fails after the others: the pause is that of the first."""
    items = [item() for _ in range(3)]
    night = scheduler(*items, breaker=2, breaker_s=60, tries=9)
    for _ in items:
        begun(night, BEGUN)
    for each in items:
        night.ended(each, BEGUN, portal_down=True)
    assert not night.rests(after(60))


def test_a_clock_that_is_set_back_keeps_the_rate_and_stops_no_night():
    """The last beginning lies ahead then; no more than the rate is waited for, as long as the clock goes on."""
    quick, slow = (scheduler(item(), item(), rate_s=rate_s) for rate_s in (0, 10))
    for night in (quick, slow):
        begun(night, BEGUN)
    begun(quick, after(-7200))
    assert Wait(timedelta(seconds=10)) == slow.next_for("hoa-binh", after(-7200))
    begun(slow, after(-7190))


def test_a_pause_ends_within_a_quarter_of_an_hour_whatever_the_clock_says():
    """A portal that was down before the clock was set back is tried again when the longest pause is over."""
    night = scheduler(item(), breaker=1, breaker_s=60)
    night.log_in_failed(BEGUN)
    assert Wait(timedelta(minutes=15)) == night.next_for("hoa-binh", after(-7200))
    begun(night, after(-7200 + 900))

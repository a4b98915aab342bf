"""A recording bound to one replay: made-up values, times moved, and what page and signer make anew each time."""

import datetime as dt
from pathlib import Path

import pytest

from robot.clock import VIETNAM
from robot.recording.binding import Binding
from robot.recording.binding_times import Times
from robot.recording.reading import load

FOLDER = Path(__file__).parents[3] / "fixtures" / "recordings" / "wrong-code-then-registered-again"
RECORDED = dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC)  # 22:30 in Vietnam
BEGUN = dt.datetime(2027, 1, 4, 18, 5, tzinfo=dt.UTC)  # 01:05 of the 5th there


@pytest.fixture
def binding():
    """The binding of a recording to a replay that begins six weeks later."""
    return Binding(load(FOLDER).recording.model_copy(update={"recorded": RECORDED}), FOLDER, BEGUN)


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("nộp lúc 20/11/2026 22:31:07", "nộp lúc 05/01/2027 01:06:07"),
        ("{DAY:0} 22:31", "05/01/2027 01:06"),
        ("{DAY:-1} 23:00:00", "04/01/2027 01:35:00"),
        ("2026-11-20T15:31:07.250Z", "2027-01-04T18:06:07.250Z"),
        ("2026-11-20T22:31:07+07:00", "2027-01-05T01:06:07+07:00"),
        ("2026-11-20T22:31:07", "2027-01-05T01:06:07"),
        ("1795188667000", "1799085967000"),
        ("20/11/2020 22:31:07", "20/11/2020 22:31:07"),
        ("99/11/2026 22:31:07 và {DAY:0}", "99/11/2026 22:31:07 và {DAY:0}"),
    ],
)
def test_a_time_of_the_run_is_as_far_from_the_replays_begin(written, moved):
    """In each way in which portals write times; another time, a day alone and what is no time stay as they are."""
    assert moved == Times(RECORDED, BEGUN).moved(written)


def test_placeholders_are_filled_and_found_again(binding):
    """A made-up value stands for a placeholder, also within JSON, and what is sent with it is told by the placeholder."""
    tax_code = binding.values["{ORG:tax_code}"]
    assert {"a": [f"MST {tax_code}", 1]} == binding.fill_data({"a": ["MST {ORG:tax_code}", 1]})
    assert "MST {ORG:tax_code}" == binding.hide(f"MST {tax_code}")
    assert BEGUN.astimezone(VIETNAM).strftime("%d/%m/%Y") == binding.fill("{DAY:0}")


def test_what_the_page_makes_anew_is_bound_once(binding):
    """Another number used once is taken for the recorded one, and answers carry it from then on; a second one is not."""
    assert binding.same("0a1b2c3d4e5f6071", "ffffffffffff0000")
    assert '{"id":"ffffffffffff0000"}' == binding.fill('{"id":"0a1b2c3d4e5f6071"}')
    assert not binding.same("0a1b2c3d4e5f6071", "eeeeeeeeeeee1111")
    assert not binding.same("dang-ky", "dang-kx")


def test_a_hash_is_whatever_was_signed_now(binding):
    """The hash over another file has another value of the same length; a certificate is the recorded one or another."""
    assert binding.same("{TOKEN:hash}", "ab" * 32)
    assert not binding.same("{TOKEN:hash}", "ab" * 20)
    assert not binding.same("{ORG:tax_code}", "0100109106")


def test_a_secret_is_never_shown(binding):
    """Of what stands where a secret was recorded, the length is told."""
    assert "‹9 chars›" == binding.shown("{SECRET:password}", "hunter2!x")
    assert "{SECRET:password}" == binding.shown("{SECRET:password}", binding.values["{SECRET:password}"])
    assert "01" == binding.shown("02", "01")


@pytest.mark.parametrize(
    ("hour", "page_hour"),
    [(12, (12, 0)), (22, (22, 0)), (23, (22, 59))],
)
def test_the_pages_clock_stays_on_the_day_of_the_replay(hour, page_hour):
    """A page that asks its browser for the day gets the replay's, also where the replay begins right before midnight."""
    begun = dt.datetime(2027, 1, 5, hour, tzinfo=VIETNAM)
    binding = Binding(load(FOLDER).recording, FOLDER, begun.astimezone(dt.UTC))
    assert dt.date(2027, 1, 5) == binding.today
    assert (dt.date(2027, 1, 5), *page_hour) == (binding.page_begins.date(), binding.page_begins.hour, binding.page_begins.minute)

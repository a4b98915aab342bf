"""The proof storm in short: a few dossiers, a lane killed."""

import pytest

from tests.proof import storm

pytestmark = pytest.mark.proof


def test_a_storm_sends_nothing_twice_and_loses_nothing(tmp_path):
    """Faults at random, a kill, a person's answers: every dossier ends as the portal's truth has it, and the books agree."""
    with storm.offices(tmp_path, "sqlite", 2, answer_s=1.2, full=False) as (sites, disk):
        came = storm.storm(sites, disk, 8, 1, 11, lambda _: None)
    assert came.good, storm.lines(came)
    assert came.kills == 1
    assert came.states["done"] >= 6


def test_a_storm_that_lost_or_doubled_is_not_good():
    """Each count alone is enough."""
    fair = storm.Storm(1, {"done": 1}, 0, 0, 0, 0, 0, 0, 0, 0, {}, 1.0)
    assert fair.good
    for name in ("twice", "again", "lost", "breaches", "planned"):
        assert not storm.Storm(**{**vars(fair), name: 2}).good

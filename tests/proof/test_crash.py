"""The proof crash in short: a kill in each kind of place; without the guard it sees duplicates."""

import pytest

from tests.proof import crash
from tests.proof.killing import Point

pytestmark = pytest.mark.proof

SAMPLE = (
    Point("all is well", "upload", "sent"),
    Point("all is well", "accept", "after"),
    Point("taken, no answer", "lose_sight", "before"),
    Point("lost on the way", "saw_absent", "after"),
    Point("signed out", "turn_away", "before"),
    Point("an empty list", "hold", "after"),
)


def test_a_kill_anywhere_sends_nothing_twice_and_loses_nothing(tmp_path):
    """Killed before and after the commit and with the upload on its way; the blind walk, killed there, sends twice."""
    done = []
    with crash.sites(tmp_path, "sqlite", 3) as lanes:
        assert crash.unguarded(lanes[0], 2) == (2, 2)
        crash.guarded(lanes, SAMPLE, 1, done.append)
        with lanes[0].open_books() as ledger:
            assert ledger.check().breaches == ()
    assert {tally.point for tally in done} == {str(point) for point in SAMPLE}
    assert [tally for tally in done if not tally.good] == []
    assert all(point in crash.POINTS for point in SAMPLE)

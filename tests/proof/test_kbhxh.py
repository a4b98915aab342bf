"""The proof kbhxh in short: three kills, seeded."""

import pytest

from tests.proof import kbhxh


@pytest.mark.proof
def test_three_kills_lose_nothing(tmp_path):
    """Killed three times in the middle of the copy, and started again: complete, equal, the old folder untouched."""
    said = []
    done = kbhxh.kills(tmp_path, 3, 800, 7, said.append)
    assert [(kill.good, kill.state) for kill in done] == [(True, "copying")] * 3, said
    assert all(kill.resumed >= kill.copied > 0 for kill in done), said

"""The long proofs in short: one turn, and the going on after it."""

import dataclasses
import subprocess
import sys

import pytest

from fixtures.world import Layout, started
from tests.proof import repeat

pytestmark = [pytest.mark.proof, pytest.mark.browser]


def test_repeat_agrees_and_goes_on_where_it_stopped(tmp_path):
    """Two turns agree with the truth; begun again the proof takes only what is missing, with receipts of its own."""
    said = []
    with started(tmp_path / "world", ["thai-son"]):
        layout = Layout(tmp_path / "world")
        first = repeat.repeat(layout, tmp_path, ["thai-son"], 1, said.append)
        both = repeat.repeat(layout, tmp_path, ["thai-son"], 2, said.append)
        again = repeat.repeat(layout, tmp_path, ["thai-son"], 2, said.append)
    assert [(turn.number, turn.agrees) for turn in both] == [(1, True), (2, True)], said
    assert both[:1] == first
    assert again == both
    assert len(said) == 2


def test_figures_count_what_does_not_agree():
    """A turn that the truth does not agree with is counted out."""
    turn = repeat.Turn(1, "thai-son", 10.0, 4.0, agrees=True)
    worse = dataclasses.replace(turn, number=2, onboard_s=20.0, agrees=False)
    expected = [
        "turns 2, of which the portal's truth agrees with 1",
        "onboard: median 15.0 s, longest 20.0 s",
        "submit: median 4.0 s, longest 4.0 s",
    ]
    assert repeat.figures([turn, worse]) == expected


def test_an_unknown_proof_is_told():
    """A wrong name ends with exit code 2 and the names there are."""
    done = subprocess.run([sys.executable, "-m", "tests.proof", "repeet"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "repeat" in done.stderr.partition("there are: ")[2].strip().split(", ")

"""The long proofs in short: one turn, taken up after another."""

import dataclasses
import json
import subprocess
import sys

import pytest

from fixtures.world import Layout, started
from fixtures.world.accounts import give_account
from tests.proof import repeat

pytestmark = [pytest.mark.proof, pytest.mark.browser]


@pytest.mark.long
def test_repeat_agrees_and_goes_on_where_it_stopped(tmp_path):
    """Begun again the proof takes only the turn that is missing, which agrees with the truth; and then none."""
    said = []
    before = repeat.Turn(1, "thai-son", 9.0, 7.0, agrees=True)
    (tmp_path / "state.json").write_text(json.dumps([dataclasses.asdict(before)]), encoding="utf-8")
    with started(tmp_path / "world", ["thai-son"]):
        layout = Layout(tmp_path / "world")
        give_account(layout, "thai-son")  # what the turn before has left at the portal
        both = repeat.repeat(layout, tmp_path, ["thai-son"], 2, said.append)
        again = repeat.repeat(layout, tmp_path, ["thai-son"], 2, said.append)
    assert both[0] == before
    assert [(turn.number, turn.agrees) for turn in both] == [(1, True), (2, True)], said
    assert again == both
    assert len(said) == 1


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
    assert {"night", "repeat"} <= set(done.stderr.partition("there are: ")[2].strip().split(", "))

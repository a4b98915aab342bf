"""Samples of the proofs of replays: a few changed portals met, clean recordings replayed twice, and how both are judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.recorded import RECORDINGS
from robot.browser.launch import Extras
from robot.browser.lent import Lending
from robot.drive.replay import Deviation, Replayed
from robot.texts import Text
from tests.proof.drifted import Met, meet
from tests.proof.mutants import MUTANTS, NotMutatedError, mutate
from tests.proof.replays import Played, fast_enough, play

pytestmark = pytest.mark.proof
SAMPLE = ("new required field", "refused in words")


@pytest.fixture
def extras(playwright, tmp_path):
    """One browser for all replays of a test."""
    lending = Lending(playwright, tmp_path / "browser")
    yield Extras(playwright=playwright, lending=lending)
    lending.close()


@pytest.mark.long
@pytest.mark.browser
def test_changed_portals_are_told_and_a_clean_recording_passes(extras):
    """One whose change is to be seen before anything is sent, one that refuses what was sent; and after them no false alarm."""
    said = []
    met = meet([mutant for mutant in MUTANTS if mutant.name in SAMPLE], RECORDINGS, extras, said.append)
    assert [("drifted", ()), ("failed", ("POST /api/dang-ky",))] == [
        (one.replayed.state, tuple(call for call in one.replayed.sent if call == "POST /api/dang-ky")) for one in met
    ]
    assert all(one.right for one in met), said
    assert play(["registered"], 1, extras, said.append).alarms == [], said


def test_every_mutant_changes_its_recording(tmp_path):
    """Forty and more, each by another name, none of which leaves its recording as it is."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 40
    for mutant in MUTANTS:
        copy = mutate(mutant, RECORDINGS, tmp_path)
        clean = RECORDINGS / mutant.recording / "exchanges.har"
        assert (copy / "exchanges.har").read_text(encoding="utf-8") != clean.read_text(encoding="utf-8"), mutant.name
    edit = replace(MUTANTS[0].edits[0], was="is not there")
    with pytest.raises(NotMutatedError):
        mutate(replace(MUTANTS[0], name="none", edits=(edit,)), RECORDINGS, tmp_path)


def _replayed(state, step, name, sent=()):
    told = (Deviation(state, step, name, Text("changes.none")),) if state != "passed" else ()
    return Replayed(Path("registered"), "register", state, 2.0, 30.0, "done", told, sent=sent)


def test_a_mutant_is_met_rightly_by_state_step_and_name_and_sends_nothing():
    """Passing, another step, another name, and a registration that went out all count against it."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "label")
    right = _replayed("drifted", mutant.step, 'textbox "Mã số thuế"')
    assert Met(mutant, right).right
    for wrong in (
        _replayed("passed", "", ""),
        _replayed("failed", mutant.step, 'textbox "Mã số thuế"'),
        _replayed("drifted", "log in", 'textbox "Mã số thuế"'),
        _replayed("drifted", mutant.step, 'textbox "Email"'),
        replace(right, sent=("POST /api/dang-ky",)),
    ):
        assert not Met(mutant, wrong).right
        assert "✗" in Met(mutant, wrong).line()


def test_replays_are_counted_and_compared_with_live_runs():
    """What did not pass is an alarm with its step and name; ten times faster is what all recordings take together."""
    played, said = Played(), []
    for replayed in (_replayed("passed", "", ""), _replayed("failed", "log in", "host")):
        played.take(replayed)
    assert ["2 replays of 1 recordings: 1 false alarms", "  registered: failed: log in: host: Nothing has changed."] == list(
        played.lines()
    )
    assert fast_enough({"a": (30.0, 2.0), "b": (10.0, 2.0)}, 4.0, said.append)
    assert not fast_enough({"a": (30.0, 2.0), "b": (9.0, 2.0)}, 4.0, said.append)
    assert ["one after the other: 10.0 times faster", "one after the other: 9.8 times faster"] == said[::2]
    assert [True, True] == [line.endswith(f": {times} times faster") for line, times in zip(said[1::2], (10.0, 9.8), strict=True)]

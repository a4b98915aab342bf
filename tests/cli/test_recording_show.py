"""`vss-robot recording show`: what is in a recording, and what is wrong with one that is none."""

import json
import shutil

import pytest

from fixtures.recorded import RECORDINGS
from robot.cli.recorded import show_recording
from robot.errors import RecordingFaulty


def test_it_says_steps_calls_letters_and_effects(capsys, monkeypatch):
    """In their order, in the operator's language."""
    monkeypatch.setenv("VSS_ROBOT_LANGUAGE", "en")
    show_recording(RECORDINGS / "structure-fault", as_json=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("submit  ")
    places = [next(number for number, line in enumerate(said) if sought in line) for sought in ("log in", "[submission]", ".eml")]
    assert places == sorted(places)
    assert "        POST /api/ho-so" in said


def test_json_has_the_recording_and_its_exchanges(capsys):
    """For a program."""
    show_recording(RECORDINGS / "registered", as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["flow"] == "register"
    assert {"step": 4, "endpoint": "POST /api/dang-ky", "status": 200} in said["exchanges"]


def test_faults_are_told(tmp_path):
    """Each with its file and place."""
    copy = shutil.copytree(RECORDINGS / "registered", tmp_path / "copy")
    (copy / "frames.jsonl").write_text("[]\n", encoding="utf-8")
    with pytest.raises(RecordingFaulty, match=r"frames\.jsonl: line 1: "):
        show_recording(copy, as_json=False)

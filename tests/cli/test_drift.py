"""`vss-robot drift`: two recordings compared, what flows touch first, and the exit code by that."""

import json
import shutil

import pytest

from fixtures.recorded import RECORDINGS
from robot.cli.drifting import DRIFTED, compare_recordings
from robot.errors import RecordingFaulty, UsageError

REGISTERED = RECORDINGS / "registered"


@pytest.fixture
def drift(capsys, monkeypatch, tmp_path):
    """Runs the command where no settings are; its exit code and what it printed."""
    for name in ("VSS_ROBOT_SETTINGS", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VSS_ROBOT_LANGUAGE", "en")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(old, new, *, as_json=False):
        with pytest.raises(SystemExit) as ended:
            compare_recordings(None, old, new, as_json=as_json)
        return ended.value.code, capsys.readouterr().out

    return run


def _changed(tmp_path, was, now):
    """The recording of a registration, with a text of the portal's another one, wherever it stands."""
    copy = tmp_path / "new"
    shutil.copytree(REGISTERED, copy)
    for file in [copy / "exchanges.har", *copy.glob("aria/*.yml")]:
        file.write_text(file.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    return copy


def test_a_recording_and_itself_are_alike(drift):
    """Nothing has changed: 0, in a sentence and as JSON."""
    assert (0, "Nothing has changed.\n") == drift(REGISTERED, REGISTERED)
    code, said = drift(REGISTERED, REGISTERED, as_json=True)
    assert (0, False, []) == (code, json.loads(said)["drift"], json.loads(said)["changes"])


def test_a_button_that_a_flow_presses_and_is_called_otherwise_breaks(drift, tmp_path):
    """15; the step, the button and both names stand first in the report, once for all steps that show it."""
    code, said = drift(REGISTERED, new := _changed(tmp_path, "Chọn cơ quan BHXH", "Chọn nơi nộp"))
    assert code == DRIFTED
    assert said.splitlines()[:2] == [
        "a flow touches it:",
        '  open the registration form: button "Chọn cơ quan BHXH" is now called “Chọn nơi nộp”.',
    ]
    told = json.loads(drift(REGISTERED, new, as_json=True)[1])
    (change,) = [one for one in told["changes"] if one["kind"] == "renamed"]
    assert ("breaks", 5) == (change["severity"], 1 + len(change["places"]))


def test_what_no_flow_touches_is_noted(drift, tmp_path):
    """A menu's other name is told, and the exit code is 0."""
    code, said = drift(REGISTERED, _changed(tmp_path, "Tra cứu hồ sơ", "Hồ sơ đã gửi đi"))
    assert code == 0
    assert 'link "Tra cứu hồ sơ" is now called “Hồ sơ đã gửi đi”' in said


@pytest.mark.usefixtures("drift")
def test_only_recordings_of_one_flow_can_be_compared(tmp_path):
    """Two flows, or a folder that is no recording, are refused in a sentence."""
    with pytest.raises(UsageError, match="only recordings of one flow"):
        compare_recordings(None, REGISTERED, RECORDINGS / "accepted", as_json=False)
    with pytest.raises(RecordingFaulty, match="holds no recording"):
        compare_recordings(None, REGISTERED, tmp_path, as_json=False)

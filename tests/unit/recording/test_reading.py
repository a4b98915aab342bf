"""A recording read from its folder: one edited by hand wrongly is told every fault, with file, path and message."""

import json
import shutil
from pathlib import Path

import pytest

from robot.errors import RecordingFaulty
from robot.recording.reading import load

RECORDED = Path(__file__).parents[3] / "fixtures" / "recordings" / "structure-fault"


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(RECORDED, tmp_path / "bản ghi"))


@pytest.fixture
def edit(copy):
    """Changes the JSON of one of the copy's files."""

    def change(name, work):
        data = json.loads((copy / name).read_text(encoding="utf-8"))
        work(data)
        (copy / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    return change


def _faults(folder):
    with pytest.raises(RecordingFaulty) as told:
        load(folder)
    assert "\n".join(told.value.faults) in str(told.value)
    return set(told.value.faults)


def test_a_recording_is_read_whole(copy):
    """Steps, exchanges in order, frames, and the texts beside them."""
    loaded = load(copy)
    assert loaded.recording.flow == "submit"
    assert [exchange.after_s for exchange in loaded.exchanges] == sorted(exchange.after_s for exchange in loaded.exchanges)
    assert {"CERT", "SIGN"} <= {frame.kind for frame in loaded.frames}
    assert "{ORG:tax_code}" in loaded.text(loaded.recording.mails[0].file)


def test_every_fault_is_told_not_only_the_first(copy, edit):
    """Unknown names, wrong values, missing ones, in each of the files, in one go."""

    def recording(data):
        data["colour"] = "red"
        data["steps"][1]["begun_s"] = -1
        del data["outcome"]["exit_code"]

    edit("recording.json", recording)
    edit("exchanges.har", lambda data: data["log"]["entries"][2]["response"].update(status="ok"))
    lines = (copy / "frames.jsonl").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace('"direction":"', '"direction":"sideways ')
    (copy / "frames.jsonl").write_text("\n".join(lines), encoding="utf-8")
    told = _faults(copy)
    places = {tuple(fault.split(": ")[:2]) for fault in told}
    assert places == {
        ("recording.json", "colour"),
        ("recording.json", "steps.1.begun_s"),
        ("recording.json", "outcome.exit_code"),
        ("exchanges.har", "log.entries.2.response.status"),
        ("frames.jsonl", "line 2.direction"),
    }


def test_what_is_no_json_is_told_with_line_and_column(copy):
    """A comma too many."""
    text = (copy / "recording.json").read_text(encoding="utf-8")
    (copy / "recording.json").write_text(text.replace('"flow": "submit",', '"flow": "submit",,'), encoding="utf-8")
    assert any(fault.startswith("recording.json: line 3 column 19: ") for fault in _faults(copy))


def test_parts_that_do_not_fit_one_another_are_told(copy, edit):
    """Files that are missing or that nobody names, steps that are none, placeholders not listed, shapes that are none."""

    def recording(data):
        data["steps"][1]["aria"] = "aria/99.yml"
        data["answers"][0]["step"] = 40
        data["placeholders"]["{ORG:name}"] = "a name"
        data["placeholders"]["name"] = "digits 4"

    edit("recording.json", recording)
    edit("exchanges.har", lambda data: data["log"]["entries"][3].update(pageref="step-77"))
    (copy / "aria" / "01.yml").write_text("- text: {SECRET:unheard}", encoding="utf-8")
    told = _faults(copy)
    assert {
        "recording.json: steps.1.aria: no file aria/99.yml",
        "aria/02.yml: : nothing in recording.json names this file",
        "recording.json: placeholders.name: not a placeholder",
        "recording.json: placeholders.{ORG:name}: 'a name' is no shape",
        "aria/01.yml: {SECRET:unheard}: not listed among the placeholders of recording.json",
        "exchanges.har: log.entries.3.pageref: no page has the id 'step-77'",
    } <= told
    assert any(fault.startswith("recording.json: answers.0.step: 40 is none of the steps") for fault in told)


def test_a_folder_without_a_recording_says_so(tmp_path):
    """Nothing, or something else."""
    with pytest.raises(RecordingFaulty, match=r"no recording\.json"):
        load(tmp_path)
    shutil.copy(RECORDED / "recording.json", tmp_path)
    assert {fault.split(":")[0] for fault in _faults(tmp_path)} >= {"exchanges.har", "frames.jsonl", "recording.json"}

"""Writing a recording: searched before anything is written, refused with a secret in it, and never over something else."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest

from robot.errors import RecordingUnsafe, UsageError
from robot.recording.made_up import secret_shape
from robot.recording.placeholders import Register
from robot.recording.reading import load
from robot.recording.safety import search_files
from robot.recording.writing import Draft, check_free, write

RECORDED = Path(__file__).parents[3] / "fixtures" / "recordings" / "registered"
PLANTED = "mat-khau-gia"


def _draft(**changed):
    """The draft of a recording that is there already."""
    loaded = load(RECORDED)
    facts = {name: getattr(loaded.recording, name) for name in type(loaded.recording).model_fields}
    files = {file.relative_to(RECORDED).as_posix(): file.read_bytes() for file in RECORDED.rglob("*.*") if file.suffix == ".webp"}
    texts = {step.aria: loaded.text(step.aria) for step in loaded.recording.steps}
    parts = {
        "facts": {**facts, "placeholders": {}},
        "exchanges": loaded.exchanges,
        "frames": loaded.frames,
        "mails": {},
        "texts": texts,
        "files": files,
        "traces": [(RECORDED / "trace" / "01.zip").read_bytes()],
        "contents": {},
    }
    return Draft(**(parts | changed))


@pytest.fixture
def register():
    made = Register()
    for placeholder, shape in load(RECORDED).recording.placeholders.items():
        made.describe(placeholder, shape)
    return made


def test_what_is_written_is_what_was_read(register, tmp_path):
    """Written again, a recording is the same."""
    written = write(tmp_path / "neu", _draft(), register, {PLANTED: "password"})
    was = load(RECORDED)
    assert (written.recording, written.exchanges, written.frames) == (was.recording, was.exchanges, was.frames)


def test_a_known_secret_is_hidden_wherever_it_stands(register, tmp_path):
    """The register knows it: a placeholder stands in its place, listed with its shape."""
    draft = _draft()
    draft = _draft(texts={name: f"{text}- text: {PLANTED}\n" for name, text in draft.texts.items()})
    register.add("SECRET", "password", PLANTED, secret_shape)
    written = write(tmp_path / "neu", draft, register, {PLANTED: "password"})
    assert written.recording.placeholders["{SECRET:password}"] == "secret 12"


@pytest.mark.parametrize("form", [PLANTED, PLANTED.encode().hex() * 4, base64.b64encode(PLANTED.encode() * 3).decode()])
def test_a_secret_that_nobody_hid_keeps_the_recording_from_being_written(register, tmp_path, form):
    """In base64 or hexadecimal too: nothing is written, and the sentence names file and secret, never the value."""
    draft = _draft()
    planted = _draft(texts={name: f"{text}- text: {form}\n" for name, text in draft.texts.items()})
    with pytest.raises(RecordingUnsafe, match=r"aria/01\.yml.*: password") as refused:
        write(tmp_path / "neu", planted, register, {PLANTED: "password"})
    assert PLANTED not in str(refused.value)
    assert not (tmp_path / "neu").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    """Before anything is started; an empty one will do, and one that is not there yet."""
    check_free(tmp_path / "neu")
    check_free(tmp_path)
    (tmp_path / "thư.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        check_free(tmp_path)
    with pytest.raises(UsageError, match="not empty"):
        check_free(tmp_path / "thư.txt")


def test_the_search_goes_into_everything():
    """An archive in base64 in JSON in an archive; a mail's folded base64; UTF-16; escapes and addresses."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "x" * 500 + PLANTED)
    packed = base64.b64encode(inner.getvalue()).decode()
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.json", json.dumps({"text": packed}))
    folded = base64.encodebytes(("y" * 50 + PLANTED + "z" * 50).encode())
    name = "Nguyễn Thị Á"
    files = {
        "a": outer.getvalue(),
        "b": folded,
        "c": json.dumps(name).encode(),
        "d": base64.b64encode(name.encode("utf-16-be") * 3),
        "e": b"Nguy%E1%BB%85n+Th%E1%BB%8B+%C3%81",
        "f": b"nothing at all",
        "g": b"PIN 24681 here",
        "h": b"number 1246810 here",
    }
    hits = search_files(files.items(), {PLANTED: "password", name: "name", "24681": "PIN"})
    found = {(hit.file.partition("!")[0], hit.what) for hit in hits}
    assert found == {("a", "password"), ("b", "password"), ("c", "name"), ("d", "name"), ("e", "name"), ("g", "PIN")}

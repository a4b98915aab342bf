"""The native host probed as a real process, and the manifests as real files: each way to be wrong has its code."""

import json
import os
import shutil
import stat
import sys
from pathlib import Path

import psutil
import pytest

from robot.diagnosis.probes.host import greet
from robot.diagnosis.probes.host_manifest import read_manifest

EXTENSION = "glnilbebaboifldbhjeijoigmbfimnla"
NAME = "vn.gov.vss.test"
ANSWERS = """import struct, sys
length = struct.unpack("=I", sys.stdin.buffer.read(4))[0]
assert sys.stdin.buffer.read(length) == b"{}"
answer = b'{"result":"invalid_argument"}'
sys.stdout.buffer.write(struct.pack("=I", len(answer)) + answer)
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""
GREETS = ANSWERS.replace('length = struct.unpack("=I", sys.stdin.buffer.read(4))[0]\n', "").replace(
    'assert sys.stdin.buffer.read(length) == b"{}"\n', ""
)


def program(folder: Path, text: str) -> Path:
    file = folder / "vss-host"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)
    return file


def script(folder: Path, code: str) -> Path:
    (folder / "host.py").write_text(code, encoding="utf-8")
    return program(folder, f'#!/bin/sh\nexec "{sys.executable}" "{folder}/host.py" "$@"\n')


@pytest.mark.parametrize("code", [ANSWERS, GREETS], ids=["answers", "greets-first"])
def test_a_host_that_says_anything_in_order_is_in_order(tmp_path, code):
    """One that answers the harmless message, and one that speaks first (web-eid); neither lives on."""
    before = set(psutil.Process().children(recursive=True))
    assert greet(script(tmp_path, code), EXTENSION, 10).state == "ok"
    assert before == set(psutil.Process().children(recursive=True))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#!/bin/sh\nexit 3\n", "host_exited"),
        ("#!/bin/sh\nexit 0\n", "host_exited"),
        ("#!/bin/sh\nkill -SEGV $$\n", "host_killed"),
        ("#!/bin/sh\necho Loading... ; exec cat >/dev/null\n", "host_garbage"),
        ("#!/bin/sh\nexec cat >/dev/null\n", "host_silent"),
        ("#!/bin/sh\nexec tail -f /dev/null\n", "host_silent"),
        ("#!/nowhere/vss-runtime\n", "host_library_missing"),
        ("#!/bin/sh\nexec /nowhere/vss-host\n", "host_file_missing"),
        (
            "#!/bin/sh\necho 'vss: error while loading shared libraries: libvcruntime.so: cannot open' >&2\nexit 127\n",
            "host_library_missing",
        ),
    ],
    ids=["status", "at-once", "killed", "garbage", "closed", "silent", "interpreter", "gone-behind", "library"],
)
def test_each_way_to_fail_has_its_code(tmp_path, text, code):
    """By exit status, by what the loader says, by what comes out, and by nothing coming."""
    assert code == greet(program(tmp_path, text), EXTENSION, 1.5).code


def test_a_program_for_another_processor_is_told(tmp_path):
    """The header of a real ELF program with another machine in it: the system does not start it."""
    file = tmp_path / "vss-host"
    image = bytearray(Path(shutil.which("true") or "/bin/true").resolve().read_bytes())
    image[18:20] = (183 if image[18] != 183 else 62).to_bytes(2, "little")
    file.write_bytes(image)
    file.chmod(0o755)
    assert greet(file, EXTENSION, 5).code == "host_wrong_architecture"


def test_a_file_that_is_not_there_or_may_not_run_is_told(tmp_path):
    """Looked at before anything is started."""
    assert greet(tmp_path / "vss-host", EXTENSION, 5).code == "host_file_missing"
    file = program(tmp_path, "#!/bin/sh\n")
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert greet(file, EXTENSION, 5).code == "host_not_executable"


def manifest(folder: Path, **changes: object) -> Path:
    said = {"name": NAME, "description": "…", "path": str(folder / "vss-host"), "type": "stdio"}
    said |= {"allowed_origins": [f"chrome-extension://{EXTENSION}/"]} | changes
    file = folder / f"{NAME}.json"
    file.write_text(json.dumps({key: value for key, value in said.items() if value is not None}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"name": "vn.gov.vss.old"}, "manifest_wrong_name"),
        ({"allowed_origins": ["chrome-extension://fedikkfggglfkfeneegffpfnjbhnifnk/"]}, "manifest_forbidden"),
        ({"allowed_origins": None}, "manifest_unreadable"),
        ({"type": "pipe"}, "manifest_unreadable"),
        ({"path": "vss-host"}, "manifest_unreadable"),
    ],
    ids=["in-order", "name", "forbidden", "no-origins", "type", "relative"],
)
def test_a_manifest_is_judged_as_chrome_judges_it(tmp_path, changes, code):
    """Missing keys and a wrong type make it unusable; a wrong name and a forbidden extension are findings of their own."""
    assert code == read_manifest(manifest(tmp_path, **changes), NAME, [EXTENSION]).probe.code


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
def test_a_damaged_or_dangling_manifest_is_unreadable(tmp_path):
    """Half a file, and a link to nothing."""
    (tmp_path / "half.json").write_text('{"name": ', encoding="utf-8")
    (tmp_path / "link.json").symlink_to(tmp_path / "nothing")
    codes = [read_manifest(tmp_path / name, NAME, [EXTENSION]).probe.code for name in ("half.json", "link.json")]
    assert codes == ["manifest_unreadable", "manifest_unreadable"]

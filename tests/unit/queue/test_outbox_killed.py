"""The outbox under kill -9, and where its folders lie on several disks."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FIRST, EVERY = int(os.environ.get("KILL_FIRST", "3")), int(os.environ.get("KILL_EVERY", "19"))  # 1 and 1 kill at every moment
MEMORY = Path("/dev/shm")  # noqa: S108 - another disk than the tests' own folder, nothing is left there


@pytest.fixture
def elsewhere(tmp_path):
    """A folder on another disk."""
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second disk on this machine")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def _killed_everywhere(settings_file, tmp_path, document, first, every):
    dossiers = tmp_path / "dossiers"
    dossiers.mkdir()
    (dossiers / "BHXHDienTu.xml").write_bytes(document())
    (dossiers / "sửa lại.xml").write_bytes(document(seed=2))  # another file of the same matter
    (dossiers / "không phải hồ sơ.xml").write_bytes(b"<Khac/>")
    command = [sys.executable, "-m", "tests.doubles.outbox_killed", str(settings_file), str(dossiers)]
    command += [str(first), str(every)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert 0 == ran.returncode, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _check(rounds):
    assert len(rounds) > 1
    assert [False] == [one["killed"] for one in rounds if not one["killed"]]
    for one in rounds:
        places = [place if place in {"refused", ".waiting"} else "archive-month" for _, place in one["lies"]]
        assert [".waiting", "archive-month", "refused"] == sorted(places), one
        assert [["done", True]] == list(one["items"].values()), one
        assert 1 == len(one["asked"]), one


def test_killed_at_any_change_each_file_lies_in_one_place(settings_file, tmp_path, document):
    """Whatever moment the kill hits, the next start archives one, asks once about the other, and refuses what is no dossier."""
    _check(_killed_everywhere(settings_file, tmp_path, document, FIRST, EVERY))


@pytest.mark.parametrize("folder", [".claimed", ".waiting", "archive", "refused"] if EVERY == 1 else [".claimed"])
def test_the_same_with_folders_on_another_disk(settings_file, tmp_path, document, elsewhere, folder):
    """A move to another disk is a copy made whole first: broken off anywhere, it is finished, and nothing lies twice."""
    outbox = settings_file.parent / "outbox" / "hoa-binh"
    outbox.mkdir(parents=True)
    (outbox / folder).symlink_to(elsewhere if folder == ".claimed" else elsewhere / folder)
    (elsewhere / folder).mkdir()
    if folder == ".claimed":
        shutil.rmtree(elsewhere / folder)
    _check(_killed_everywhere(settings_file, tmp_path, document, FIRST, EVERY))
    assert os.path.islink(outbox / folder)  # noqa: PTH114 - the link itself is meant

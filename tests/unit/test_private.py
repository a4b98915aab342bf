"""What the robot makes in its home is its user's alone, whatever the umask: the kind one of a desk (022), and none at all (0)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from loguru import logger

from robot import logs, private, settings
from robot.drive.outbox.folders import Folders
from robot.evidence import RunFolder
from robot.ledger import Ledger
from robot.redaction import Redactor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions: a file has what its folder gives it")


@pytest.fixture(params=[0o022, 0], ids=["022", "0"], autouse=True)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(home: Path) -> dict[str, str]:
    """Whatever of the home, itself included, somebody else may read, write or enter; by its path there."""
    found = {path: path.lstat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    return {str(path.relative_to(home)): oct(mode) for path, mode in found.items() if mode & 0o077}


def test_books_logs_evidence_and_outbox_are_the_users_alone(tmp_path):
    """A home that is not there yet, two folders deep; the books' -wal and -shm lie beside them while they are open."""
    home = tmp_path / "above" / "home"
    logs.set_up(Redactor(), home / "logs")
    logger.bind(action="test").info("a line")
    with Ledger.open(settings.Ledger(), home) as ledger:
        run = ledger.begin_run("submit", "hoa-binh", {}, home / "evidence")
        folder = RunFolder(home / "evidence" / run, Redactor(), [])
        folder.note("console", text="a line")
        folder.write_run({"run": run})
        outbox = Folders(home / "outbox" / "hoa-binh")
        outbox.make()
        (outbox.root / "a.xml").touch(mode=0o600)
        outbox.refuse(outbox.claim(outbox.root / "a.xml", 1), {"faults.txt": "none"})
        beside = {file.name for file in home.iterdir() if file.name.startswith("ledger.sqlite")}
        assert {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"} == beside
        assert {} == open_to_others(tmp_path / "above")
    logger.remove()
    assert {"faults.txt", "run.json", "console.jsonl", "vss-robot.log"} <= {file.name for file in home.rglob("*")}


def test_the_next_log_file_is_the_users_alone_too(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "LARGEST_BYTES", 200)
    logs.set_up(Redactor(), tmp_path / "logs")
    for _ in range(3):
        logger.bind(action="test").info("a line that fills the file" * 8)
    logger.remove()
    assert 1 < len(list((tmp_path / "logs").iterdir()))
    assert {} == open_to_others(tmp_path / "logs")


def test_what_a_person_has_opened_to_others_stays_so(tmp_path):
    """A home that exists, and books that were copied into it, keep their permissions, and the books work."""
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o750)
    (home / "ledger.sqlite").touch()
    (home / "ledger.sqlite").chmod(0o640)
    with Ledger.open(settings.Ledger(), home) as ledger:
        ledger.begin_run("submit", "hoa-binh", {}, home / "evidence")
    private.make_folder(home)
    assert [0o750, 0o640] == [path.stat().st_mode & 0o777 for path in (home, home / "ledger.sqlite")]


def test_a_file_in_a_folders_place_is_an_error(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(FileExistsError):
        private.make_folder(tmp_path / "home")
    with pytest.raises(OSError, match="home"):
        private.make_folder(tmp_path / "home" / "logs")


def test_a_command_leaves_nothing_in_its_home_to_others(tmp_path, umask):
    """The first command of a new home, as a process of its own: books, log, and whatever else it makes there."""
    toml = tmp_path / "robot.toml"
    toml.write_text(f"home = {str(tmp_path / 'home')!r}\n", encoding="utf-8")
    command = [sys.executable, "-m", "robot", "queue", "list", "--settings", str(toml), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, umask=umask)
    assert 0 == ran.returncode, ran.stderr
    assert "ledger.sqlite" in {file.name for file in (tmp_path / "home").iterdir()}
    assert {} == open_to_others(tmp_path / "home")

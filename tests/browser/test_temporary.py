"""What a browser puts into its temporary folder: in the robot's home, and cleared when it ends or when the next one starts."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from robot.browser import Profile
from robot.browser.temporary import LONGEST_BYTES, SOCKET, Temporary
from robot.errors import BrowserFailed
from tests.waiting import alive, until

BROWSER = """
import os, sys
from pathlib import Path
from robot.browser import Profile, launch
from robot.settings import load
browser = launch(load(Path(sys.argv[1])), Profile(Path(sys.argv[2])), None, headed=False)
print("TMPDIR" in os.environ and os.environ["TMPDIR"], flush=True)
sys.stdin.read()
browser.close()
"""


@pytest.fixture
def short_home():
    """A home whose path leaves room for a socket."""
    with tempfile.TemporaryDirectory(prefix="vss-") as name:
        yield Path(name)


@pytest.fixture
def start(world, tmp_path):
    """Starts a browser on a profile, by a process that ends it when told to; the system's temporary folder is the test's own."""
    system = tmp_path / "system"
    system.mkdir()

    def begin(profile: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", BROWSER, world.layout.settings, profile]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(system)}, **pipes)
        assert process.stdout.readline().strip() == str(system)  # the robot's own environment is as it was
        return process

    return begin, system


def test_what_a_killed_browser_leaves_is_cleared_by_the_next_start(start, short_home):
    """Kill -9 of everything leaves files in the robot's home only; the next browser begins without them, and leaves none."""
    begin, system = start
    profile, temporary = short_home / "profiles" / "hoa-binh", short_home / "temporary" / "hoa-binh"
    with begin(profile) as process:
        living = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for each in living:
            each.kill()
    until(lambda: not alive(living), "all to be gone")
    left = {file.name for file in temporary.iterdir()}
    assert left
    assert list(system.iterdir()) == []
    with begin(profile) as process:
        assert not left & {file.name for file in temporary.iterdir()}
        process.communicate()
    assert [process.returncode, temporary.exists(), list(system.iterdir())] == [0, False, []]


def test_a_long_path_gives_way_to_a_short_one(tmp_path, monkeypatch):
    """A socket's path has few bytes: a home deep down has its folder in the system's, the same one at each start."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = Temporary.of(Profile(tmp_path / ("d" * 60) / "profiles" / "hoa-binh"))
    assert deep.folder.parent == tmp_path
    assert deep == Temporary.of(Profile(tmp_path / ("d" * 60) / "profiles" / "hoa-binh"))
    assert deep != Temporary.of(Profile(tmp_path / ("d" * 60) / "profiles" / "an-phu"))
    short = Path("/h/profiles/hoa-binh")
    assert Temporary.of(Profile(short)).folder == Path("/h/temporary/hoa-binh")
    assert len(f"/h/temporary/hoa-binh{SOCKET}") <= LONGEST_BYTES


def test_a_folder_that_somebody_else_has_made_is_not_used(tmp_path):
    """A link in its place leads nowhere: the browser is not started."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "temporary" / "hoa-binh").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrowserFailed):
        Temporary(tmp_path / "temporary" / "hoa-binh").make_ready()
    assert (tmp_path / "elsewhere").is_dir()

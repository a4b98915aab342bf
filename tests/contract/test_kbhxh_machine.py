"""KBHXH's upgrade and the machine: programs at work, locks, room, the new version's set-up, the crash, the command."""

import fcntl
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

import psutil
import pytest

from fixtures.kbhxh import CONFIG, make_fresh, make_program, sums
from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh import Options, SetUp, find_installations, last_crash, recognise, try_start, undo, upgrade
from robot.kbhxh.long import lengthened, shown
from robot.kbhxh.setup import command_of
from tests.doubles.kbhxh import Machine
from tests.waiting import until

CARRIED = ("Data", "Config")
MIB = 1 << 20
EVENT = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='.NET Runtime'/>
<EventID Qualifiers='0'>1026</EventID><TimeCreated SystemTime='{at}'/></System><EventData><Data>Application: {program}
Framework Version: v4.0.30319
Description: The process was terminated due to an unhandled exception.
Exception Info: System.IO.FileNotFoundException
   at TSD.KBHXH.Program.Main()</Data></EventData><RenderingInfo Culture='vi-VN'/></Event>
"""


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch):
    """An upgrade brings all the machine's unwritten bytes to the disk; whatever else writes there, a test need not wait for."""
    monkeypatch.setattr(os, "sync", lambda: None, raising=False)


@pytest.fixture
def old(tmp_path) -> Path:
    return make_program(tmp_path / "KBHXH cũ", 40)


@pytest.fixture
def new(tmp_path) -> Path:
    return make_fresh(tmp_path / "KBHXH mới")


def _script(file: Path, text: str) -> Path:
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def _key(refused) -> str:
    return refused.value.text.key.removeprefix("errors.kbhxh_")


@contextmanager
def _at_work(program: Path):
    running = subprocess.Popen([program], stdin=subprocess.PIPE)
    try:
        until(lambda: str(program) in psutil.Process(running.pid).cmdline(), "the program runs")
        yield running
    finally:
        running.communicate()


@pytest.mark.parametrize("which", ["cũ", "mới"])
def test_while_the_program_runs_nothing_is_done(old, new, which):
    """A program that runs out of either folder is named with its process; when it has ended, the upgrade is done."""
    program = _script((old if which == "cũ" else new) / "KBHXH.exe", "read line")
    with _at_work(program) as running, pytest.raises(FolderUnusable, match=str(running.pid)) as refused:
        upgrade(old, new)
    assert _key(refused) == "runs"
    assert upgrade(old, new).outcome == "done"
    with _at_work(_script(new / "KBHXH.exe", "read line")), pytest.raises(FolderUnusable) as refused:
        undo(new)
    assert _key(refused) == "runs"


@contextmanager
def _locked(file: Path, lock):
    """Another process holds a lock on the file."""
    code = f"import fcntl, os, sys; f = open(sys.argv[1], 'r+b'); fcntl.{lock.__name__}(f, fcntl.LOCK_EX); "
    code += "os.write(1, b'1'); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.read(1) == b"1"
        yield
        holder.communicate()


@pytest.mark.parametrize("lock", [fcntl.flock, fcntl.lockf])
def test_a_locked_file_is_named(old, new, lock):
    """A file that another process has locked, with either kind of lock: in the old folder, or where it is to be put."""
    for file in (old / "Config" / CONFIG[1], new / "Config" / CONFIG[0]):
        before = sums(new, *CARRIED)
        with _locked(file, lock), pytest.raises(FolderUnusable, match=file.name) as refused:
            upgrade(old, new)
        assert (_key(refused), sums(new, *CARRIED)) == ("locked", before)
    assert upgrade(old, new).outcome == "done"
    with _locked(new / "Config" / CONFIG[1], lock), pytest.raises(FolderUnusable, match=CONFIG[1]) as refused:
        undo(new)
    assert _key(refused) == "locked"
    assert undo(new).outcome == "undone"


def test_a_file_that_windows_does_not_share_is_named(old, new):
    """Windows' refusal to share a file stops the upgrade, at the place that is to be taken as well."""
    with pytest.raises(FolderUnusable, match=CONFIG[0]) as refused:
        upgrade(old, new, system=Machine(sharing=[CONFIG[0]]))
    assert _key(refused) == "locked"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB."""
    place = tmp_path / "đĩa nhỏ"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("a file system of its own takes root")
    yield place
    subprocess.run(["umount", place], check=True)


def test_no_room_on_a_real_disk(old, small_disk):
    """Refused by what the disk says; where it fills up on the way, it goes on once there is room."""
    new = make_fresh(small_disk / "KBHXH")
    (old / "Data" / "a lớn.mdb").write_bytes(os.urandom(MIB) * 30)
    with pytest.raises(FolderUnusable) as refused:
        upgrade(old, new)
    assert _key(refused) == "no_room"
    with pytest.raises(UpgradeStopped, match="No space left"):
        upgrade(old, new, system=Machine(room=1 << 40))
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    done = upgrade(old, new)
    assert (done.outcome, done.files) == ("done", 45)
    assert sums(new, *CARRIED) == sums(old, *CARRIED)


def test_the_set_up_runs_first_and_once(old, tmp_path):
    """It installs into the folder that is named; an upgrade that broke off does not run it again."""
    new = tmp_path / "KBHXH mới"
    setup = _script(tmp_path / "caidat.exe", f'echo once >> "{tmp_path}/ran"; mkdir -p "$2/Data"; echo > "$2/KBHXH.exe"')
    options = Options(SetUp(setup, ("/im-lặng", "{new}")))
    with pytest.raises(UpgradeStopped):
        upgrade(old, new, options, progress=_At("verify", (new / "Config" / CONFIG[0]).unlink))
    assert upgrade(old, new, options).outcome == "done"
    assert (tmp_path / "ran").read_text(encoding="utf-8") == "once\n"


class _At:
    def __init__(self, phase, act):
        self._phase, self._act = phase, act

    def begin(self, phase, _size):
        if phase == self._phase:
            self._act()

    def tick(self, _size):
        pass


def test_set_ups_that_do_not_do_their_work(old, new, tmp_path):
    """An error, no end, a change of the old folder, an unknown kind without options, no file: nothing is copied."""
    before = sums(new)
    wrong = {
        "setup_failed": SetUp(_script(tmp_path / "lỗi.exe", "exit 3"), ("-q",)),
        "setup_late": SetUp(_script(tmp_path / "chậm.exe", "exec tail -f /dev/null"), ("-q",), limit_s=0.3),
        "setup_changed_old": SetUp(_script(tmp_path / "phá.exe", f'echo > "{old}/Data/thêm"'), ("-q",)),
    }
    for key, setup in wrong.items():
        with pytest.raises(UpgradeStopped) as stopped:
            upgrade(old, new, Options(setup))
        assert _key(stopped) == key
    for key, file in (("setup_unknown", tmp_path / "lỗi.exe"), ("setup_absent", tmp_path / "không.exe")):
        with pytest.raises(FolderUnusable) as refused:
            upgrade(old, new, Options(SetUp(file)))
        assert _key(refused) == key
    assert sums(new) == before


def test_silent_options_by_the_kind_of_installer(tmp_path):
    """Inno Setup and NSIS are told by the words in them, the Windows Installer by its name."""
    for name, content in (("inno.exe", b"MZ..Inno Setup Setup Data"), ("nsis.exe", b"MZ..NullsoftInst.."), ("a.MSI", b"")):
        (tmp_path / name).write_bytes(content)
    where = tmp_path / "mới"
    assert command_of(tmp_path / "inno.exe", (), where)[0][1:] == [
        "/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART", "/SP-", f"/DIR={where}",
    ]  # fmt: skip
    assert command_of(tmp_path / "nsis.exe", (), where) == ([str(tmp_path / "nsis.exe"), "/S"], f"/D={where}")
    assert command_of(tmp_path / "a.MSI", (), where)[1] == f'INSTALLDIR="{where}"'


def test_installations_are_found_and_recognised(old, new, tmp_path):
    """In the system's places, one or two folders below, each once, with their version."""
    (tmp_path / "khác" / "Data").mkdir(parents=True)
    found = find_installations(Machine(places_of=[tmp_path, tmp_path / "không có"]), [new])
    assert [(one.folder, one.version, one.has) for one in found] == [
        (new, "4.0.1.7", CARRIED),
        (old, "3.6.0.2", CARRIED),
    ]
    assert recognise(tmp_path / "khác") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_the_newest_crash_in_the_event_log(old, encoding):
    """The program's own records only, the newest; other programs and damaged records are passed over."""
    at = "2026-11-{:02d}T08:30:00.1234567Z"
    log = "".join(
        EVENT.format(at=at.format(day), program=name) for day, name in ((3, "KBHXH.exe"), (9, "KBHXH.exe"), (20, "XKBHXH.exe"))
    )
    crash = last_crash(old / "KBHXH.exe", Machine(log=(log + "<Event><System>").encode(encoding)))
    assert crash is not None
    assert (crash.seen, crash.at) == ("event_log", datetime(2026, 11, 9, 8, 30, 0, 123456, UTC))
    assert crash.exception == "System.IO.FileNotFoundException"
    for nothing in (b"", b"\xff\xfe", b"not XML <<<"):
        assert last_crash(old / "KBHXH.exe", Machine(log=nothing)) is None


def test_an_upgrade_tells_the_crash(old, new):
    """The case is recognised in the result, by the event log of the old program."""
    log = EVENT.format(at="2026-11-09T08:30:00Z", program="kbhxh.exe").encode()
    crash = upgrade(old, new, system=Machine(log=log)).crash
    assert crash is not None
    assert "unhandled exception" in crash.text


def test_a_program_is_started_and_watched(tmp_path):
    """What it prints, what its window says, one that ends in order, one that goes on (and is ended), one that cannot start."""
    said = "Unhandled Exception: System.NullReferenceException: Object reference"
    crash = try_start(_script(tmp_path / "a.exe", f"echo '{said}' >&2; exit 1"), Machine(), 20)
    assert crash is not None
    assert (crash.seen, crash.exception) == ("output", "System.NullReferenceException")
    waits = _script(tmp_path / "b.exe", f"echo $$ > '{tmp_path}/pid'; exec tail -f /dev/null")
    window = ["Microsoft .NET Framework", "Unhandled exception has occurred in your application. If you click Continue, …"]
    crash = try_start(waits, Machine(texts=window), 20)
    assert crash is not None
    assert crash.seen == "window"
    assert try_start(_script(tmp_path / "c.exe", "exit 0"), Machine(), 20) is None
    assert try_start(waits, Machine(), 0.5) is None
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text(encoding="utf-8")))
    (tmp_path / "d.exe").write_bytes(b"MZ")
    with pytest.raises(OSError, match=r"d\.exe"):
        try_start(tmp_path / "d.exe", Machine(), 1)


def test_long_paths_of_windows():
    """The extended form of a drive's and of a share's path, and back."""
    for path, extended in ((r"C:\Dữ liệu\a", r"\\?\C:\Dữ liệu\a"), (r"\\máy\chung\a", r"\\?\UNC\máy\chung\a")):
        assert lengthened(path) == extended
        assert lengthened(extended) == extended
        assert shown(PureWindowsPath(extended) / "b") == path + r"\b"


def _robot(*arguments) -> subprocess.CompletedProcess:
    environment = {**os.environ, "VSS_ROBOT_LANGUAGE": "en"}
    command = [sys.executable, "-m", "robot", "kbhxh", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command(old, new, tmp_path):
    """Data on stdout, talk on stderr, no settings needed; refusals are one sentence with exit code 2."""
    done = _robot("upgrade", "--old", old, "--new", new, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "done"
    undone = _robot("upgrade", "--new", new, "--undo")
    assert (undone.returncode, undone.stdout) == (0, "")
    assert "Nothing was deleted" in undone.stderr
    found = _robot("find", tmp_path, "--json")
    assert [Path(one["folder"]) for one in json.loads(found.stdout)] == sorted([old, new])
    for wrong in (("upgrade", "--new", new), ("upgrade", "--old", new, "--new", tmp_path / "không")):
        refused = _robot(*wrong)
        assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)

"""Taking back: the machine is as before, after a whole set-up, after one that was killed anywhere, and after others' changes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from robot.errors import SetupFailed, UsageError
from robot.setup import CommandChange, FileChange, apply, plan, undo
from tests.doubles.registry import MemoryRegistry

CHROMIUM = Path("/usr/bin/chromium")
# For each number read from stdin: a child makes the changes of a Linux machine and dies by SIGKILL at that file operation.
KILLED = """
import os, signal, sys
from pathlib import Path
from robot.settings import Settings
from robot.setup import Journal, Machine, apply, plan

base = Path(sys.argv[1])
settings = Settings(
    home=base / "home",
    signing={"host_name": "vn.gov.vss.token_signing", "host_path": base / "vss-host"},
    setup={"browsers": ("chrome", "chromium")},
)
machine = Machine("linux", base / "root", base / "user", administrator=True)

def make(stop):
    seen = 0
    def count(event, arguments):
        nonlocal seen
        if event in ("open", "os.mkdir", "os.rename", "os.chmod") and str(base) in str(arguments[0]):
            seen += 1
            if seen == stop:
                os.kill(os.getpid(), signal.SIGKILL)
    changes = plan(settings, machine, browser=Path("/usr/bin/chromium"))
    sys.addaudithook(count)
    apply(changes, Journal.of(settings.home), machine)

for line in sys.stdin:
    child = os.fork()
    if not child:
        make(int(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def _others(tmp_path):
    """What an administrator has on the machine already."""
    managed = tmp_path / "root/etc/chromium/policies/managed"
    managed.mkdir(parents=True)
    file = managed / "office.json"
    file.write_text('{"ExtensionInstallForcelist": ["aaaa;https://a.example/"]}\n\n')
    file.chmod(0o640)
    os.utime(file, ns=(10**18, 10**18 + 5))


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_the_machine_is_as_before(settings, machine, journal, picture, tmp_path, system):
    """Bytes, modes, times, folders, registry; and no journal is left."""
    here = machine(system)
    _others(tmp_path)
    if here.registry:
        here.registry.write(r"HKEY_LOCAL_MACHINE\Software\Policies\Google", "kept", "hex(7):61,00,00,00")
    before, registry = picture(), str(here.registry and here.registry.keys)
    changes = plan(settings(browsers=("chrome", "chromium")), here, browser=CHROMIUM)
    apply(changes, journal, here)
    assert picture() != before
    undo(journal, here)
    assert picture() == before
    assert str(here.registry and here.registry.keys) == registry
    assert not journal.file.parent.exists()
    undo(journal, here)


def test_a_set_up_that_was_killed_anywhere_is_taken_back(machine, journal, picture, tmp_path):
    """At each file operation in turn: journal, folder, file, rename."""
    here = machine("linux")
    _others(tmp_path)
    before = picture()
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as child:
        for stop in range(1, 200):
            child.stdin.write(f"{stop}\n")
            ended = int(child.stdout.readline())
            undo(journal, here)
            assert picture() == before, stop
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
        child.stdin.close()
    assert stop > 20, "the changes have more file operations than that"


def test_what_others_have_changed_since_is_left_to_them(machine, journal, tmp_path):
    """Said, kept in the journal, and the rest is taken back."""
    here = machine("linux")
    mine, theirs = tmp_path / "root" / "a.json", tmp_path / "root" / "b.json"
    apply([FileChange(str(mine), "{}"), FileChange(str(theirs), "{}")], journal, here)
    theirs.write_text("[]")
    with pytest.raises(SetupFailed) as left:
        undo(journal, here)
    assert (left.value.exit_code, left.value.text.key) == (11, "errors.setup_changed_since")
    assert (mine.exists(), theirs.read_text()) == (False, "[]")
    assert [entry.change.path for entry in journal.entries()] == [str(theirs)]
    theirs.unlink()
    undo(journal, here)
    assert not journal.file.exists()


def test_a_folder_with_somebody_elses_file_stays(machine, journal, tmp_path):
    """Only what was made and is empty goes."""
    here = machine("linux")
    apply([FileChange(str(tmp_path / "root" / "x" / "y" / "a.json"), "{}")], journal, here)
    (tmp_path / "root" / "x" / "b.json").touch()
    undo(journal, here)
    assert sorted(path.name for path in (tmp_path / "root").rglob("*")) == ["b.json", "x"]


def test_a_change_that_is_not_allowed_is_said_and_the_rest_is_taken_back(settings, machine, journal, picture):
    """The registry refuses: nothing after it is tried, and --undo takes back what was made before."""
    here = machine("windows", MemoryRegistry(forbidden=("HKEY_LOCAL_MACHINE",)))
    before = picture()
    with pytest.raises(SetupFailed) as failed:
        apply(plan(settings(extension=False), here, browser=CHROMIUM), journal, here)
    assert failed.value.text.key == "errors.setup_failed"
    assert picture() != before
    undo(journal, here)
    assert picture() == before


def _installer(tmp_path, status=0):
    """A program that installs a file, and one that removes it."""
    file = tmp_path / "thư viện.so"
    make = (sys.executable, "-c", f"import sys; open(sys.argv[1], 'w').close(); sys.exit({status})", str(file))
    return file, CommandChange("library", make, ("rm", str(file)), str(file))


def test_an_installer_is_run_once_and_taken_back(machine, journal, tmp_path):
    """Where its file shows it, and by the journal where nothing else does."""
    here = machine("linux")
    file, change = _installer(tmp_path)
    apply([change], journal, here)
    assert file.exists()
    assert journal.fresh([change]) == []
    undo(journal, here)
    assert not file.exists()
    assert journal.fresh([change]) == [change]


def test_an_installer_that_fails_is_said_with_its_status(machine, journal, tmp_path):
    """And what it installed nevertheless is removed by --undo."""
    here = machine("linux")
    file, change = _installer(tmp_path, status=5)
    with pytest.raises(SetupFailed) as failed:
        apply([change], journal, here)
    assert "5" in str(failed.value)
    undo(journal, here)
    assert not file.exists()


def test_an_installer_without_a_removal_is_left_and_said(machine, journal):
    """The journal keeps it."""
    here = machine("linux")
    apply([CommandChange("library", ("true",))], journal, here)
    with pytest.raises(SetupFailed):
        undo(journal, here)
    assert len(journal.entries()) == 1


def test_a_torn_last_line_was_never_acted_upon(machine, journal, tmp_path):
    """A crash while the journal was written; what is written afterwards stands in a line of its own."""
    here = machine("linux")
    apply([FileChange(str(tmp_path / "root" / "a"), "1")], journal, here)
    with journal.file.open("a") as file:
        file.write('{"number": 2, "at": "2026')
    apply([FileChange(str(tmp_path / "root" / "b"), "2")], journal, here)
    assert [Path(entry.change.path).name for entry in journal.entries()] == ["a", "b"]
    undo(journal, here)
    assert list((tmp_path / "root").iterdir()) == []


def test_a_journal_that_is_none_is_said(journal):
    """Nothing is taken back by guess."""
    journal.file.parent.mkdir(parents=True)
    journal.file.write_text('{"number": 1, "at": "", "change": {"kind": "spell"}, "before": {}}\n')
    with pytest.raises(UsageError) as refused:
        journal.entries()
    assert refused.value.text.key == "errors.setup_journal_unreadable"

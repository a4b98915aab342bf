"""The night's timer: units that systemd itself accepts, a task's definition, what is shown and removed; programs as doubles."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from robot.drive.schedule import Job
from robot.drive.schedule.job import carry_out
from robot.drive.schedule.systemd import Systemd
from robot.drive.schedule.tasks import TaskScheduler
from robot.settings.schedule import Schedule

SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


class _Heard:
    """Hears commands; answers nothing."""

    def __init__(self):
        self.commands = []

    def run(self, command):
        self.commands.append(tuple(command))
        return "due"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's home with a space and a percent sign, as nobody should have and somebody has."""
    folder = tmp_path / "nhà 100% riêng"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture
def job(home):
    def made(**schedule):
        file = home / "văn phòng" / "robot.toml"
        file.parent.mkdir(exist_ok=True)
        file.touch()
        return Job(file, Schedule(**schedule), 60)

    return made


@pytest.mark.parametrize("schedule", [{}, {"credential": Path("/etc/vss $x/vault.cred")}, {"days": ("mon", "sat"), "until": ""}])
def test_systemd_accepts_the_units(job, home, schedule):
    """What is written is verified by systemd's own program, and the calendar is read as the days and time that were set."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed here")
    heard = _Heard()
    carry_out(Systemd(heard, job(**schedule)).install(), heard)
    units = sorted((home / ".config/systemd/user").iterdir())
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units], capture_output=True, text=True, check=False
    )
    assert (0, "") == (verified.returncode, verified.stderr)
    calendar = next(line for line in units[1].read_text().splitlines() if line.startswith("OnCalendar="))
    read = subprocess.run(["systemd-analyze", "calendar", calendar.partition("=")[2]], capture_output=True, text=True, check=True)
    assert "21:00:00 Asia/Ho_Chi_Minh" in read.stdout
    assert ("systemctl", "--user", "enable", "--now", "vss-robot-nightly.timer") in heard.commands


def test_the_shell_hands_the_pass_phrase_over_by_a_descriptor(job, tmp_path):
    """The command of the unit with a credential is run: the program gets it on descriptor 3, and not as an argument."""
    text = next(iter(Systemd(_Heard(), job(credential=Path("/x"))).install().files.values()))
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    script = line.partition('-c "')[2][:-1].replace('\\"', '"').replace("$$", "$").replace("%%", "%")
    (tmp_path / "vault").write_text("mở ra")
    program = "import os, sys; print(os.read(3, 99).decode(), sys.argv)"
    shown = script.replace("-m robot", f"-c '{program}'")
    environment = os.environ | {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    ran = subprocess.run(["/bin/sh", "-c", shown], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("mở ra")
    assert "--vault-fd" in ran.stdout


def test_the_systems_timer_runs_as_the_account(job):
    """A timer of the system has its own folder, waits for the network, and names who it runs as."""
    plan = Systemd(_Heard(), job(scope="system", account="ke-toan")).install()
    assert {Path("/etc/systemd/system")} == {path.parent for path in plan.files}
    assert "User=ke-toan" in "".join(plan.files.values())
    assert all("--user" not in command for command in plan.commands)


@pytest.mark.parametrize("kind", [Systemd, TaskScheduler])
def test_installed_shown_differing_and_removed(job, kind):
    """Shown as the settings say, then as differing when these change; removed without a trace, and once more without a word."""
    heard = _Heard()
    assert not kind(heard, job()).show().installed
    carry_out(kind(heard, job()).install(), heard)
    assert (True, True, "due") == tuple(vars(kind(heard, job()).show()).values())
    assert not kind(heard, job(at="22:30")).show().as_planned
    away = kind(heard, job()).remove()
    carry_out(away, heard)
    assert not any(path.exists() for path in away.away)
    assert not kind(heard, job()).remove().commands


def test_the_task_is_what_the_schema_asks(job):
    """The definition is well-formed XML in UTF-16 with trigger, days, zone, command; no password, no limit of time."""
    heard = _Heard()
    carry_out(TaskScheduler(heard, job(days=("mon", "sun"), scope="system", account="VP\\ke&toan")).install(), heard)
    (create,) = heard.commands
    assert ("schtasks", "/Create", "/F", "/TN", "vss-robot-nightly", "/XML") == create[:6]
    task = ET.fromstring(Path(create[6]).read_bytes())  # noqa: S314 - written a moment ago, by us
    assert task.findtext(f".//{SPACE}StartBoundary").endswith("T21:00:00+07:00")
    assert ["Monday", "Sunday"] == [day.tag.removeprefix(SPACE) for day in task.find(f".//{SPACE}DaysOfWeek")]
    assert ("VP\\ke&toan", "S4U") == tuple(task.findtext(f".//{SPACE}{name}") for name in ("UserId", "LogonType"))
    assert sys.executable == task.findtext(f".//{SPACE}Command")
    assert "nightly" in task.findtext(f".//{SPACE}Arguments")


def test_the_command_says_what_it_would_do_and_changes_nothing(robot, home):
    """--dry-run prints files and commands; afterwards nothing is installed, and the exit code of show says so."""
    told = robot("schedule", "install", "--dry-run", "--json")
    assert (0, False) == (told.code, told.said["done"])
    assert 2 == len(told.said["files"])
    assert [] == list(home.iterdir())
    assert 2 == robot("schedule", "show").code
    assert 0 == robot("schedule", "remove").code


def test_a_system_without_the_service_is_told_in_a_sentence(robot, home, tmp_path, monkeypatch):
    """A systemctl that fails ends the command with its own words, not with a traceback."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("systemctl", "loginctl"):
        (programs / name).write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    failed = robot("schedule", "install")
    assert 11 == failed.code
    assert "Failed to connect to bus" in failed.talk
    shown = json.loads(json.dumps(robot("schedule", "show", "--json").said))
    assert shown["installed"]
    assert home.exists()

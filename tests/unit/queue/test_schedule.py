"""The night's timer: units that systemd itself accepts, a task's definition, what is shown and removed; programs as doubles."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from robot.drive.schedule import Job, Plan
from robot.drive.schedule.job import RealCommands, carry_out
from robot.drive.schedule.systemd import Systemd
from robot.drive.schedule.tasks import TaskScheduler
from robot.drive.worker.service import unit
from robot.errors import SetupFailed
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
    saturday = ["systemd-analyze", "calendar", "--base-time=2026-11-21 15:00:00 UTC", calendar.partition("=")[2]]
    read = subprocess.run(saturday, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "UTC", "LC_ALL": "C"})
    following = next(line for line in read.stdout.splitlines() if "Next elapse" in line)
    # By then it is Saturday, ten in the evening, in Vietnam.
    assert following.endswith("Mon 2026-11-23 14:00:00 UTC" if "days" in schedule else "Sun 2026-11-22 14:00:00 UTC")
    assert ("systemctl", "--user", "enable", "--now", "vss-robot-nightly.timer") in heard.commands
    carry_out(Systemd(heard, job(**schedule)).remove(), heard)
    assert [("disable", "--now", "vss-robot-nightly.timer"), ("daemon-reload",)] == [said[2:] for said in heard.commands[-2:]]


@pytest.mark.parametrize("credential", [None, Path("/etc/vss $x/vault.cred")])
def test_systemd_accepts_the_units_of_the_system_and_of_a_worker(job, tmp_path, credential):
    """The timer that runs without anybody logged in, and the worker's service, are verified in the same way."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed here")
    made = Systemd(_Heard(), job(scope="system", account="daemon")).install().files
    texts = {path.name: text for path, text in made.items()}
    texts["vss-robot-worker.service"] = unit(tmp_path / "rô bốt 100%.toml", 60, credential)
    units = [tmp_path / name for name in texts]
    for each in units:
        each.write_text(texts[each.name], encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units], capture_output=True, text=True, check=False
    )
    assert (0, "") == (verified.returncode, verified.stderr)


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


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    """A program `schtasks` on PATH, and the folder that its tasks lie in."""
    folder, programs = tmp_path / "tasks", tmp_path / "bin"
    for each in (folder, programs):
        each.mkdir()
    program = programs / "schtasks"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.doubles.schtasks "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setenv("TASKS", str(folder))
    return folder


@pytest.mark.parametrize("kind", [Systemd, TaskScheduler])
def test_installed_shown_differing_and_removed(job, kind, tasks):
    """Shown as the settings say, then as differing when these change; removed without a trace, and once more without a word."""
    commands = _Heard() if kind is Systemd else RealCommands()
    assert not kind(commands, job()).show().installed
    carry_out(kind(commands, job()).install(), commands)
    shown = kind(commands, job()).show()
    assert (True, True, True) == (shown.installed, shown.as_planned, bool(shown.told))
    assert not kind(commands, job(at="22:30")).show().as_planned
    away = kind(commands, job()).remove()
    carry_out(away, commands)
    assert [] == [path for path in (*away.away, *tasks.iterdir()) if path.exists()]
    assert not kind(commands, job()).remove().commands


ALL_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    "schedule", [{"days": ("mon", "sun"), "scope": "system", "account": "VP\\ke&toan"}, {"days": ALL_DAYS, "until": ""}]
)
def test_the_task_is_what_the_schema_asks(job, schedule):
    """In UTF-16, valid by Microsoft's schema, with trigger, days, zone, command; no password, no limit of time."""
    heard = _Heard()
    carry_out(TaskScheduler(heard, job(**schedule)).install(), heard)
    (create,) = heard.commands
    assert ("schtasks", "/Create", "/F", "/TN", "vss-robot-nightly", "/XML") == create[:6]
    task = etree.fromstring(Path(create[6]).read_bytes())
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("task.xsd")))
    assert (True, []) == (schema.validate(task), list(schema.error_log))
    assert task.findtext(f".//{SPACE}StartBoundary").endswith("T21:00:00+07:00")
    days = [day.tag.removeprefix(SPACE)[:3].lower() for day in task.find(f".//{SPACE}DaysOfWeek")]
    assert list(schedule["days"]) == days
    whose = [task.findtext(f".//{SPACE}{name}") for name in ("UserId", "LogonType")]
    assert whose == (["VP\\ke&toan", "S4U"] if "account" in schedule else [None, "InteractiveToken"])
    assert sys.executable == task.findtext(f".//{SPACE}Command")
    assert "nightly" in task.findtext(f".//{SPACE}Arguments")
    assert task.find(f"{SPACE}Principals/{SPACE}Principal").get("id") == task.find(f"{SPACE}Actions").get("Context")


def test_a_task_that_somebody_has_deleted_is_shown_as_none_and_its_definition_removed(job, tasks):
    """The task is gone, the definition is there: no task is asked to go, and nothing is left."""
    carry_out(TaskScheduler(RealCommands(), job()).install(), RealCommands())
    (tasks / "vss-robot-nightly").unlink()
    scheduler = TaskScheduler(RealCommands(), job())
    assert not scheduler.show().installed
    plan = scheduler.remove()
    assert ([], 1) == (plan.commands, len(plan.away))
    carry_out(plan, RealCommands())
    assert not plan.away[0].exists()


def test_a_task_that_is_an_administrators_is_told_as_there_and_stays(job, tasks):
    """Access denied: installing and removing fail with Windows' own words, and showing does not take it for absent."""
    scheduler = TaskScheduler(RealCommands(), job())
    carry_out(scheduler.install(), RealCommands())
    (tasks / "denied").touch()
    for plan in (scheduler.install(), scheduler.remove()):
        with pytest.raises(SetupFailed, match="Access is denied"):
            carry_out(plan, RealCommands())
    shown = scheduler.show()
    assert (True, True) == (shown.installed, "Access is denied" in shown.told)
    assert (tasks / "vss-robot-nightly").exists()


def test_a_system_without_a_task_scheduler_is_told_in_a_sentence(job, monkeypatch, tmp_path):
    """There is no schtasks at all."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupFailed, match="schtasks"):
        TaskScheduler(RealCommands(), job()).show()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("T21:00:00+07:00</StartBoundary>", "T9 pm</StartBoundary>"),
        ("<WeeksInterval>1<", "<WeeksInterval>0<"),
        ("<Monday />", "<Mo />"),
        ("</CalendarTrigger>", "<Enabled>true</Enabled></CalendarTrigger>"),
        ("IgnoreNew", "Ignore"),
    ],
)
def test_the_double_refuses_what_windows_would(job, tasks, right, wrong):
    """A value, an element, an order that the schema does not know: no task is made."""
    plan = TaskScheduler(RealCommands(), job()).install()
    (path, text), *_ = plan.files.items()
    assert right in text
    with pytest.raises(SetupFailed, match="The task XML"):
        carry_out(Plan(files={path: text.replace(right, wrong)}, commands=plan.commands), RealCommands())
    assert [] == list(tasks.iterdir())


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

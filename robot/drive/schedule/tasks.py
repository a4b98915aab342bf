"""The night as a task of Windows' Task Scheduler, by schtasks and a task definition (schema of version 1.2).

Written from Microsoft's documentation, and run on no Windows yet; tests put a double in the place of `schtasks`.
"""

from __future__ import annotations

import subprocess
from datetime import datetime
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from robot.clock import VIETNAM
from robot.drive.schedule.job import NAME, Job, Plan, Shown
from robot.errors import SetupFailed

if TYPE_CHECKING:
    from robot.drive.schedule.job import Commands

DAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
NOT_THERE: Final = (2, 3)  # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND
DEFINITION: Final = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>vss-robot nightly</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{start}</StartBoundary>
      <ScheduleByWeek><DaysOfWeek>{days}</DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">{principal}<RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <WakeToRun>true</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{program}</Command><Arguments>{arguments}</Arguments><WorkingDirectory>{folder}</WorkingDirectory></Exec>
  </Actions>
</Task>
"""


class TaskScheduler:
    """One task, made from a definition that is kept in the office's folder."""

    def __init__(self, commands: Commands, job: Job) -> None:
        self._commands = commands
        self._job = job
        self._definition = job.folder / f"{NAME}.xml"

    def install(self) -> Plan:
        """Write the definition and make the task from it; a night that was missed begins when the machine is on again."""
        create = ["schtasks", "/Create", "/F", "/TN", NAME, "/XML", str(self._definition)]
        return Plan(files={self._definition: self._text()}, commands=[tuple(create)])

    def remove(self) -> Plan:
        """Delete the task and its definition; only the definition where somebody has deleted the task by hand."""
        there = self._told() is not None
        away = (self._definition,) if self._definition.exists() else ()
        return Plan(away=away, commands=[("schtasks", "/Delete", "/F", "/TN", NAME)] if there else [])

    def show(self) -> Shown:
        """Whether the task is there, made from what the settings say."""
        told = self._told()
        if told is None:
            return Shown(installed=False, as_planned=False, told="")
        written = self._definition.read_text(encoding="utf-16") if self._definition.is_file() else ""
        # The day from which the task counts is that of its making.
        same = _without_start(written) == _without_start(self._text())
        return Shown(installed=True, as_planned=same, told=told)

    def _told(self) -> str | None:
        """What the system tells of the task, or why it does not; None where there is none.

        Raises:
            SetupFailed: there is no Task Scheduler to ask.
        """
        try:
            return self._commands.run(("schtasks", "/Query", "/TN", NAME, "/V", "/FO", "LIST", "/HRESULT"))
        except SetupFailed as wrong:
            status = wrong.text.fills.get("status")
            if status is None:
                raise
            # With /HRESULT the exit code says why, in no language: its lower half is Windows' own number of the error.
            return None if int(str(status)) & 0xFFFF in NOT_THERE else str(wrong)

    def _text(self) -> str:
        known = self._job.schedule
        program, *arguments = self._job.command
        account = known.account if known.scope == "system" else ""
        # S4U: also when nobody is logged in, no password stored; such a task has no keyring, whose secrets need that password.
        logon = "S4U" if account else "InteractiveToken"
        user = f"<UserId>{escape(account)}</UserId>" if account else ""
        return DEFINITION.format(
            start=f"{datetime.now(VIETNAM):%Y-%m-%d}T{known.at}:00+07:00",
            days="".join(f"<{DAYS[day]} />" for day in known.days),
            principal=f"{user}<LogonType>{logon}</LogonType>",
            program=escape(program),
            arguments=escape(subprocess.list2cmdline(arguments)),
            folder=escape(str(self._job.folder)),
        )


def _without_start(definition: str) -> str:
    before, _, after = definition.partition("<StartBoundary>")
    start, _, rest = after.partition("</StartBoundary>")
    return before + start.partition("T")[2] + rest

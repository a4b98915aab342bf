"""The night's timer on this machine: systemd on Linux, the Task Scheduler on Windows, behind one seam."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from robot.drive.schedule.job import Job, Plan, Shown, Timer
from robot.drive.schedule.systemd import Systemd
from robot.drive.schedule.tasks import TaskScheduler
from robot.errors import UsageError

if TYPE_CHECKING:
    from robot.drive.schedule.job import Commands

__all__ = ["Job", "Plan", "Shown", "Timer", "timer_of_this_machine"]


def timer_of_this_machine(commands: Commands, job: Job) -> Timer:
    """The timer service of this system.

    Raises:
        UsageError: `schedule_system`: neither Linux nor Windows.
    """
    if sys.platform == "win32":
        return TaskScheduler(commands, job)
    if sys.platform.startswith("linux"):
        return Systemd(commands, job)
    raise UsageError("schedule_system", system=sys.platform)

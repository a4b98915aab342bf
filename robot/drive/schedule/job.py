"""What the timer starts, and the seam to whatever timer the system has."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from robot.errors import SetupFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from robot.settings.schedule import Schedule

COMMAND_S: Final = 60
SPEAKS: Final = "oem" if sys.platform == "win32" else "utf-8"  # Windows' own commands write in the console's code page
NAME: Final = "vss-robot-nightly"


@dataclass(frozen=True)
class Job:
    """`vss-robot nightly` with an office's settings: the very program and file that were used when the timer was installed."""

    settings_file: Path
    schedule: Schedule
    stop_s: float
    """Seconds that the night has to bring the dossier in hand into a safe state when it is told to stop."""

    @property
    def command(self) -> tuple[str, ...]:
        """Program and arguments; no secret is among them."""
        until = ("--until", self.schedule.until) if self.schedule.until else ()
        return (sys.executable, "-m", "robot", "nightly", "--settings", str(self.settings_file), *until)

    @property
    def folder(self) -> Path:
        """The office's folder."""
        return self.settings_file.parent


@dataclass(frozen=True)
class Plan:
    """What will be done: files to write (text by path), then commands, then files to take away, and commands after that."""

    files: Mapping[Path, str] = field(default_factory=dict)
    away: Sequence[Path] = ()
    commands: Sequence[tuple[str, ...]] = ()
    afterwards: Sequence[tuple[str, ...]] = ()

    @property
    def all_commands(self) -> list[tuple[str, ...]]:
        """In their order."""
        return [*self.commands, *self.afterwards]


@dataclass(frozen=True)
class Shown:
    """What the system has: whether the timer is installed as the settings say, and what the system tells of it."""

    installed: bool
    as_planned: bool
    told: str


class Commands(Protocol):
    """Whoever runs the system's own commands."""

    def run(self, command: Sequence[str]) -> str:
        """Run it to its end; what it printed.

        Raises:
            SetupFailed: `schedule_command`: it is not there, or took too long; `schedule_failed`: its exit code is `status`.
        """


class Timer(Protocol):
    """A system's timer."""

    def install(self) -> Plan:
        """What installing it takes; over an older one of ours."""

    def remove(self) -> Plan:
        """What removing it takes; nothing where there is none."""

    def show(self) -> Shown:
        """What the system has."""


class RealCommands:
    """This machine's."""

    def run(self, command: Sequence[str]) -> str:
        """See `Commands.run`."""
        line = " ".join(command)
        try:
            ran = subprocess.run(  # noqa: S603 - the system's timer, with words of ours
                list(command), capture_output=True, text=True, encoding=SPEAKS, errors="replace", timeout=COMMAND_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as wrong:
            raise SetupFailed("schedule_command", command=line, why=wrong) from wrong
        if ran.returncode != 0:
            why = (ran.stderr.strip() or ran.stdout.strip() or str(ran.returncode)).splitlines()[-1]
            raise SetupFailed("schedule_failed", command=line, why=why, status=ran.returncode)
        return ran.stdout


def carry_out(plan: Plan, commands: Commands) -> None:
    """Do what was planned.

    Raises:
        SetupFailed: a command failed.
        UsageError: `file_unwritable`.
    """
    for path, text in plan.files.items():
        draft = path.with_name(f".{path.name}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-16" if path.suffix == ".xml" else "utf-8")
            draft.replace(path)
        except OSError as wrong:
            raise UsageError("file_unwritable", file=path, why=wrong) from wrong
    for command in plan.commands:
        commands.run(command)
    for path in plan.away:
        try:
            path.unlink(missing_ok=True)
        except OSError as wrong:
            raise UsageError("file_unwritable", file=path, why=wrong) from wrong
    for command in plan.afterwards:
        commands.run(command)

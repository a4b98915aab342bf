"""The night as a systemd timer: systemd.timer(5), systemd.service(5), systemd.exec(5)."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from robot.drive.schedule.job import NAME, Job, Plan, Shown
from robot.errors import SetupFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.drive.schedule.job import Commands

SYSTEM_UNITS: Final = Path("/etc/systemd/system")
STOP_MORE_S: Final = 60  # over the night's own time to come to a safe state: lanes end, the report is sent


class Systemd:
    """Two files, a service and its timer, of this user or of the system."""

    def __init__(self, commands: Commands, job: Job) -> None:
        self._commands = commands
        self._job = job
        self._user = job.schedule.scope == "user"
        own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
        folder = own if self._user else SYSTEM_UNITS
        self._service, self._timer = folder / f"{NAME}.service", folder / f"{NAME}.timer"
        self._control = ("systemctl", "--user") if self._user else ("systemctl",)

    def install(self) -> Plan:
        """Write both files and start the timer; a night that was missed begins when the machine is on again."""
        commands = [(*self._control, "daemon-reload"), (*self._control, "enable", "--now", self._timer.name)]
        if self._user:  # else the user's timers end with the last log-out
            commands.append(("loginctl", "enable-linger"))
        return Plan(files={self._service: self._service_text(), self._timer: self._timer_text()}, commands=commands)

    def remove(self) -> Plan:
        """Stop the timer, take both files away; a night that is running goes on to its end."""
        if not self._timer.exists() and not self._service.exists():
            return Plan()
        stop = (*self._control, "disable", "--now", self._timer.name)
        forget = (*self._control, "daemon-reload")
        return Plan(away=(self._timer, self._service), commands=[stop] if self._timer.exists() else [], afterwards=[forget])

    def show(self) -> Shown:
        """Whether the files are there and as the settings say, and when the timer is due."""
        wanted = self.install().files
        there = self._timer.is_file()
        same = all(path.is_file() and path.read_text(encoding="utf-8") == text for path, text in wanted.items())
        if not there:
            return Shown(installed=False, as_planned=False, told="")
        try:
            told = self._commands.run((*self._control, "list-timers", "--all", "--no-pager", self._timer.name))
        except SetupFailed as wrong:  # no systemd is running here, as in a container
            told = str(wrong)
        return Shown(installed=True, as_planned=same, told=told)

    def _service_text(self) -> str:
        known = self._job.schedule
        unit = ["[Unit]", "Description=vss-robot nightly"]
        service = ["[Service]", "Type=exec", f"WorkingDirectory={_escaped(str(self._job.folder))}"]
        if not self._user:
            unit += ["Wants=network-online.target", "After=network-online.target"]
            service += [f"User={known.account}"] if known.account else []
        service += exec_lines(self._job.command, known.credential)
        stop = f"TimeoutStopSec={self._job.stop_s + STOP_MORE_S:.0f}"
        return "\n".join([*unit, "", *service, "SuccessExitStatus=15", "KillMode=mixed", stop]) + "\n"

    def _timer_text(self) -> str:
        known = self._job.schedule
        days = ",".join(day.capitalize() for day in known.days)
        lines = [
            "[Unit]",
            "Description=vss-robot nightly, timer",
            "",
            "[Timer]",
            f"OnCalendar={days} *-*-* {known.at}:00 Asia/Ho_Chi_Minh",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
        ]
        return "\n".join(lines) + "\n"


def exec_lines(command: Sequence[str], credential: Path | None) -> list[str]:
    """What a service starts; with the vault's pass phrase where it has a credential.

    The pass phrase comes by a file descriptor; it is decrypted for this service alone, and never onto a disk.
    """
    if credential is None:
        return ["ExecStart=" + " ".join(_quoted(word) for word in command)]
    script = f'exec {shlex.join(command)} --vault-fd 3 3<"$CREDENTIALS_DIRECTORY/vault"'
    return [f"LoadCredentialEncrypted=vault:{_escaped(str(credential))}", f"ExecStart=/bin/sh -c {_quoted(script)}"]


def _escaped(path: str) -> str:
    """A path in a setting of its own: a percent sign begins a specifier."""
    return path.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a command line as systemd reads it: quotes, back slashes, specifiers and variables are its own."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'

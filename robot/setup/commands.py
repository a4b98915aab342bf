"""An installer run without a window, and its removal."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from robot.setup.change import ChangedSince, ChangeFailed
from robot.texts import Text

if TYPE_CHECKING:
    from robot.setup.change import Before
    from robot.setup.machine import Machine

MSI_DONE = (0, 1641, 3010)  # done; done, a restart was begun; done, a restart is needed
MSI_NOT_THERE = 1605  # asked to remove a product that is not installed


@dataclass(frozen=True)
class CommandChange:
    """A program run to install something; what it writes is known to its own removal command only."""

    kind: ClassVar[str] = "command"
    what: str  # key of the catalogue's [setup] table
    command: tuple[str, ...]
    undo_command: tuple[str, ...] = ()
    file: str = ""  # there once it is installed; empty where nobody knows
    limit_s: float = 600

    @property
    def text(self) -> Text:
        """What is installed, by which command."""
        return Text("setup.command", {"what": Text(f"setup.{self.what}"), "command": subprocess.list2cmdline(self.command)})

    def before(self, machine: Machine) -> Before:  # noqa: ARG002 - a command's place is its own matter
        """Whether it is installed already, by its file."""
        return {"there": bool(self.file) and Path(self.file).exists()}

    def make(self, machine: Machine) -> None:
        """Run it to its end; nothing is typed into it."""
        del machine
        status = self._run(self.command)
        if status not in MSI_DONE:
            raise ChangeFailed(self.command[0], status)
        if self.file and not Path(self.file).exists():
            raise ChangeFailed(self.command[0], self.file)

    def take_back(self, machine: Machine, before: Before) -> None:
        """Run the removal command, unless its file shows that there is nothing to remove."""
        del machine
        if before["there"] or (self.file and not Path(self.file).exists()):
            return
        if not self.undo_command:
            raise ChangedSince(self.command[0])
        status = self._run(self.undo_command)
        if status not in (*MSI_DONE, MSI_NOT_THERE) or (self.file and Path(self.file).exists()):
            raise ChangeFailed(self.undo_command[0], status)

    def _run(self, command: tuple[str, ...]) -> int:
        try:
            return subprocess.run(  # noqa: S603 - the operator's own words from the settings, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.limit_s,
                check=False,
            ).returncode
        except (OSError, subprocess.SubprocessError) as wrong:
            raise ChangeFailed(command[0], wrong) from wrong

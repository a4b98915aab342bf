"""The robot's own commands, as a person types them: what the page does, and what could take it down with it, is done by these.

A vendor's token driver is loaded, and a browser started, in a process that may end as it likes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psutil

from robot.settings import SETTINGS_VARIABLE, VAULT_FD_VARIABLE
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.texts import Language

WITHIN_S: Final = 60.0


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit code, what it printed as JSON (None where nothing), what it said."""

    exit_code: int
    data: Any
    said: str


class Commands:
    """Starts commands with the office's own settings file, one line of arguments each, without a shell."""

    def __init__(self, file: Path, speaks: Language) -> None:
        self._speaks: Language = speaks
        kept = {name: value for name, value in os.environ.items() if name != VAULT_FD_VARIABLE}
        self._environment = {**kept, SETTINGS_VARIABLE: str(file), "VSS_ROBOT_LANGUAGE": speaks, "PYTHONIOENCODING": "utf-8"}
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, *typed: str, within_s: float = WITHIN_S) -> Ran:
        """Run `vss-robot TYPED …` to its end, or for so many seconds; what it started ends with it."""
        with self._lock:
            if self._closed:
                return self._unanswered()
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our own program
                [sys.executable, "-P", "-m", "robot", *typed],  # -P: a module that lies in the folder here is not ours
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            out, talk = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            _end(process)
            process.communicate()
            return self._unanswered()
        finally:
            with self._lock:
                self._running.discard(process)
        return Ran(process.returncode, _read(out), talk.strip())

    def close(self) -> None:
        """End what still runs; nothing is started any more."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            _end(process)

    def _unanswered(self) -> Ran:
        return Ran(1, None, Text("serve.command_silent").say(self._speaks))


def _read(out: str) -> Any:
    try:
        return json.loads(out)
    except ValueError:
        return None


def _end(process: subprocess.Popen[str]) -> None:
    """The process and all that it started."""
    try:
        own = psutil.Process(process.pid)
        family = [*own.children(recursive=True), own]
    except psutil.Error:
        return
    for each in family:
        try:
            each.kill()
        except psutil.Error:
            continue

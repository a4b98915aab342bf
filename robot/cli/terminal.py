"""The terminal: progress and talk on stderr, data on stdout, prompts that do not echo."""

from __future__ import annotations

import getpass
import json
import os
import select
import sys
from typing import TYPE_CHECKING, Any

from robot.errors import VaultClosed
from robot.harmless import in_json, on_terminal
from robot.texts import LANGUAGES, Language, Text, say_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLL_S = 0.25


def language() -> Language:
    """The language to speak before the settings are read: `VSS_ROBOT_LANGUAGE`, or Vietnamese."""
    wanted = os.environ.get("VSS_ROBOT_LANGUAGE", "vi")
    return next((known for known in LANGUAGES if known == wanted), "vi")


def print_json(data: Any, indent: int | None = 1) -> None:
    """Data for a program, on stdout; in one line where `indent` is None."""
    sys.stdout.write(in_json(json.dumps(data, ensure_ascii=False, indent=indent, default=str)) + "\n")


def for_rich(text: str) -> str:
    """Foreign text for Rich, which writes past the stream that makes all other output harmless."""
    from rich.markup import escape

    return escape(on_terminal(text))


class Terminal:
    """Tells a person how a run goes on, step by step."""

    def __init__(self, speaks: Language) -> None:
        from rich.console import Console

        self._speaks = speaks
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        self._depth = 0

    def step_begun(self, name: str) -> None:
        """A line when a step within a step begins would say the same twice: only the outermost is announced."""
        if self._console.is_terminal:
            self._line("·", "dim", say_step(name, self._speaks))
        self._depth += 1

    def step_ended(self, name: str, seconds: float, *, done: bool) -> None:
        """The step's name with its duration, and whether it was done."""
        self._depth -= 1
        sign, style = ("✓", "green") if done else ("✗", "red")
        self._line(sign, style, f"{say_step(name, self._speaks)}  {seconds:.1f} s")

    def say(self, text: Text) -> None:
        """A sentence between steps."""
        self._line("!", "yellow", text.say(self._speaks))

    def prompt(self, text: Text, over: Callable[[], bool] | None = None) -> str | None:
        """What the person types; None where nobody sits at a terminal, or `over` says that there is no more need of it.

        Windows tells of no line before it is whole: there `over` is asked once, before.
        """
        if not sys.stdin.isatty():
            return None
        self._console.print(on_terminal(text.say(self._speaks)), end="", markup=False)
        while over is not None:
            if over():
                self._console.print()
                return None
            if sys.platform == "win32" or select.select([sys.stdin], [], [], POLL_S)[0]:
                break
        return sys.stdin.readline().strip() or None

    def secret(self, text: Text) -> str | None:
        """What the person types, unseen; None where nobody sits at a terminal."""
        if not sys.stdin.isatty():
            return None
        return getpass.getpass(on_terminal(text.say(self._speaks)), stream=sys.stderr) or None

    def table(self, rows: list[tuple[str, str | Text]]) -> None:
        """Pairs of a label's key and what stands beside it."""
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for label, value in rows:
            said = value.say(self._speaks) if isinstance(value, Text) else value
            table.add_row(f"[dim]{Text(f'labels.{label}').say(self._speaks)}[/dim]", for_rich(said))
        self._console.print(table)

    def _line(self, sign: str, style: str, text: str) -> None:
        self._console.print(f"{'  ' * self._depth}[{style}]{sign}[/{style}] ", end="")
        self._console.print(on_terminal(text), markup=False)


def unlocking(file: Path, vault_fd: int | None, speaks: Language) -> Callable[[], str]:
    """How the vault's pass phrase is had: from a file descriptor, or at the prompt; asked for only when it is needed."""

    def unlock() -> str:
        from robot.vault import pass_phrase_from_fd

        if vault_fd is not None:
            return pass_phrase_from_fd(vault_fd)
        if not sys.stdin.isatty():
            raise VaultClosed("vault_needs_unlock", file=file)
        return getpass.getpass(Text("labels.unlock", {"file": file}).say(speaks), stream=sys.stderr)

    return unlock

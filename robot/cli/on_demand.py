"""Commands of the top level, each found in its module when it is asked for: a command loads its own module and no other."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, Final, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Final = {
    "nightly": "nightly_commands",
    "check": "dossier_commands",
    "verdicts": "dossier_commands",
    "resubmit": "dossier_commands",
    "runs": "runs_commands",
    "show": "runs_commands",
    "nights": "runs_commands",
    "questions": "runs_commands",
    "answer": "runs_commands",
    "bundle": "runs_commands",
    "transcript": "runs_commands",
    "signatures": "runs_commands",
    "drift": "recording_commands",
    "recording": "recording_commands",
    "replay": "replay_commands",
    "report": "report_commands",
    "calibrate": "calibrate_commands",
    "doctor": "machine_commands",
    "setup": "machine_commands",
    "notices": "machine_commands",
    "serve": "serve_commands",
    "metrics": "serve_commands",
    "guide": "guide_commands",
    "worker": "worker_commands",
    "workers": "worker_commands",
}
GROUPS: Final = {
    "queue": "queue_commands",
    "schedule": "schedule_commands",
    "tokens": "tokens_commands",
    "vault": "vault_commands",
    "kbhxh": "kbhxh",
    "ledger": "ledger_commands",
}


class OnDemand(TyperGroup):
    """The top level: its own commands, then those of the tables above, in their order."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(dict(self.commands))


class _Commands(MutableMapping[str, Any]):
    """Commands by name; one that has not been asked for yet is only a name."""

    def __init__(self, made: dict[str, Any]) -> None:
        self._made = made
        self._names = dict.fromkeys([*made, *COMMANDS, *GROUPS])

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _load(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._names[name] = None
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _load(name: str) -> Any:
    module = import_module(f"robot.cli.{COMMANDS.get(name) or GROUPS[name]}")
    shelf = typer.Typer(add_completion=False, rich_markup_mode=None)
    shelf.add_typer(module.app, name=name if name in GROUPS else None)
    return cast("TyperGroup", get_command(shelf)).commands[name]

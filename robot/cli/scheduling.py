"""`vss-robot schedule …`: what would be done is said before it is done."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from robot.cli.terminal import print_json
from robot.settings import find, load
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.schedule import Plan, Timer
    from robot.texts import Language


def change(settings: Path | None, what: Literal["install", "remove"], *, dry_run: bool, as_json: bool) -> None:
    """Install or remove the timer, or only say what that takes."""
    from robot.drive.schedule.job import RealCommands, carry_out

    timer, speaks = _timer(settings)
    plan = timer.install() if what == "install" else timer.remove()
    if not dry_run:
        carry_out(plan, RealCommands())
    if as_json:
        files = {str(path): text for path, text in plan.files.items()}
        away = [str(path) for path in plan.away]
        print_json({"done": not dry_run, "files": files, "away": away, "commands": [list(one) for one in plan.all_commands]})
        return
    for line in _lines(plan, speaks, contents=dry_run):
        sys.stdout.write(line + "\n")
    if not (plan.files or plan.away or plan.commands):
        sys.stderr.write(Text("schedule.nothing").say(speaks) + "\n")
    elif not dry_run:
        sys.stderr.write(Text(f"schedule.done_{what}").say(speaks) + "\n")


def show_timer(settings: Path | None, *, as_json: bool) -> None:
    """What the system has."""
    timer, speaks = _timer(settings)
    found = timer.show()
    if as_json:
        print_json(asdict(found))
    else:
        key = "absent" if not found.installed else "installed" if found.as_planned else "differs"
        sys.stdout.write(Text(f"schedule.{key}").say(speaks) + "\n")
        sys.stdout.write(found.told)
    if not found.as_planned:
        sys.exit(2)


def _timer(settings: Path | None) -> tuple[Timer, Language]:
    from robot.drive.schedule import Job, timer_of_this_machine
    from robot.drive.schedule.job import RealCommands

    file = find(settings).resolve()
    known = load(file)
    job = Job(file, known.schedule, known.nightly.grace_s)
    return timer_of_this_machine(RealCommands(), job), known.language


def _lines(plan: Plan, speaks: Language, *, contents: bool) -> list[str]:
    lines: list[str] = []
    for path, text in plan.files.items():
        lines.append(Text("schedule.file", {"path": path}).say(speaks))
        lines += [f"    {line}" for line in text.splitlines()] if contents else []
    lines += [Text("schedule.away", {"path": path}).say(speaks) for path in plan.away]
    lines += [Text("schedule.command", {"command": shlex.join(command)}).say(speaks) for command in plan.all_commands]
    return lines

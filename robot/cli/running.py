"""`vss-robot flows` and `vss-robot run`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from robot.cli.terminal import Terminal, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.drive import Office
    from robot.drive.ahead import Ahead
    from robot.drive.run import Ending
    from robot.errors import RobotError
    from robot.flow import Flow
    from robot.settings import Settings


def list_flows(*, as_json: bool) -> None:
    """Names, what each does, and what it needs."""
    from robot.flow.declare import discover, load

    known = [load(name) for name in discover()]
    if as_json:
        print_json([{"flow": flow.name, "summary": flow.summary, "needs": sorted(flow.needs)} for flow in known])
        return
    longest = max((len(flow.name) for flow in known), default=0)
    for flow in known:
        sys.stdout.write(f"{flow.name:<{longest}} {flow.summary}\n")


NOT_RECORDED: Final = 1
"""Exit code of a run that was done, and whose recording could not be written."""


@dataclass(frozen=True)
class Asked:
    """What was typed after `vss-robot run`."""

    flow: str
    org: str
    dossier: Path | None
    round_number: int | None
    record: Path | None
    given: tuple[str, ...]
    headed: bool = field(kw_only=True)


def run_command(asked: Asked, *, as_json: bool, office: tuple[Path | None, int | None, bool]) -> None:
    """Check everything that was typed, run the flow, say how it ended, and end with the outcome's exit code.

    A recording that could not be written ends a run that was done with 1.
    """
    from robot.errors import RobotError as Wrong

    try:
        ending, unrecorded = _run(asked, office)
    except Wrong as error:
        if as_json:
            from robot.drive.run import RunResult  # with all that a run needs: a run that begins loads it while it waits

            print_json(RunResult(run=None, flow=asked.flow, organisation=asked.org, outcome=error.outcome).model_dump())
        raise
    if as_json:
        print_json(ending.result.model_dump())
    sys.exit(ending.exit_code or (NOT_RECORDED if unrecorded is not None else 0))


def _run(asked: Asked, office: tuple[Path | None, int | None, bool]) -> tuple[Ending, RobotError | None]:
    """How the run ended, and why there is no recording of it, where one was wanted."""
    from robot.settings import find
    from robot.settings import load as load_settings

    file = find(office[0])
    settings = load_settings(file)
    if asked.record is not None or asked.org not in settings.organisations:
        return _run_in(asked, file, settings, office, None)
    from robot.drive.ahead import Ahead

    with Ahead(settings, asked.org) as ahead:
        return _run_in(asked, file, settings, office, ahead)


def _run_in(
    asked: Asked, file: Path, settings: Settings, office: tuple[Path | None, int | None, bool], ahead: Ahead | None
) -> tuple[Ending, RobotError | None]:
    from robot.cli.opening import office_of
    from robot.dossier import read_head
    from robot.drive import run_flow
    from robot.drive.stage import Stage
    from robot.flow.declare import load

    flow = load(asked.flow)
    _, vault_fd, verbose = office
    with office_of(file, settings, vault_fd, verbose=verbose) as opened:
        parameters: dict[str, Any] = {}
        if asked.dossier is not None:
            head = read_head(asked.dossier)
            head.check_belongs_to(asked.org, opened.organisation(asked.org).tax_code)
            parameters["dossier"] = head
        if asked.round_number is not None:
            parameters["round_number"] = asked.round_number
        parameters |= given_by(asked.given)
        terminal = Terminal(opened.settings.language)
        if asked.record is None:
            ending = run_flow(opened, flow, asked.org, parameters, terminal, headed=asked.headed, stage=Stage.begun(ahead))
            say_ending(ending, terminal)
            return ending, None
        return _record(opened, flow, asked, parameters, terminal)


def given_by(typed: Sequence[str]) -> dict[str, str]:
    """What `--with NAME=VALUE` says, by name.

    Raises:
        UsageError: `parameter_form`: not written so, or what has an option of its own.
    """
    from robot.drive.run import OPTIONS
    from robot.errors import UsageError

    given: dict[str, str] = {}
    for one in typed:
        name, sign, value = one.partition("=")
        if not sign or not name.isidentifier() or name in OPTIONS:
            raise UsageError("parameter_form", found=one, options=", ".join(OPTIONS.values()))
        given[name] = value
    return given


def _record(
    office: Office, flow: Flow, asked: Asked, parameters: dict[str, Any], terminal: Terminal
) -> tuple[Ending, RobotError | None]:
    from robot.drive.recorder import RecordedRun
    from robot.errors import RobotError as Wrong
    from robot.texts import Text

    assert asked.record is not None  # noqa: S101 - for the type checker: a recording is wanted
    recorded = RecordedRun(office, flow, asked.org, parameters, asked.record)
    ending = recorded.run(terminal, headed=asked.headed)
    say_ending(ending, terminal)
    try:
        written = recorded.write(ending)
    except Wrong as wrong:
        terminal.say(wrong.text)
        return ending, wrong
    steps, exchanges = len(written.recording.steps), len(written.exchanges)
    terminal.say(Text("labels.recorded", {"folder": written.folder, "steps": steps, "exchanges": exchanges}))
    return ending, None


def say_ending(ending: Ending, terminal: Terminal) -> None:
    """The end of a run, for a person."""
    from robot.texts import Text

    result = ending.result
    rows: list[tuple[str, str | Text]] = [("run", result.run or "-"), ("outcome", Text(f"outcomes.{result.outcome}"))]
    if result.receipt:
        rows.append(("receipt", " ".join(part for part in (result.receipt["number"], result.receipt["at"]) if part)))
    if result.finding:
        rows += [("cause", result.finding["cause"]), ("remedy", result.finding["remedy"])]
    rows.append(("evidence", result.evidence or "-"))
    if ending.text is not None:
        terminal.say(ending.text)
    terminal.table(rows)

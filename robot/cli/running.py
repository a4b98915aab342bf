"""`vss-robot flows` and `vss-robot run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from robot.cli.terminal import Terminal, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.run import Ending


def list_flows(*, as_json: bool) -> None:
    """Names, what each does, and what it needs."""
    from robot.flow.declare import discover, load

    known = [load(name) for name in discover()]
    if as_json:
        print_json([{"flow": flow.name, "summary": flow.summary, "needs": sorted(flow.needs)} for flow in known])
        return
    for flow in known:
        sys.stdout.write(f"{flow.name:<10} {flow.summary}\n")


def run_command(
    flow: str,
    org: str,
    dossier: Path | None,
    round_number: int | None,
    *,
    headed: bool,
    as_json: bool,
    office: tuple[Path | None, int | None, bool],
) -> None:
    """Check everything that was typed, run the flow, say how it ended, and end with the outcome's exit code."""
    from robot.drive.run import RunResult
    from robot.errors import RobotError

    try:
        ending = _run(flow, org, dossier, round_number, headed=headed, office=office)
    except RobotError as error:
        if as_json:
            print_json(RunResult(run=None, flow=flow, organisation=org, outcome=error.outcome).model_dump())
        raise
    if as_json:
        print_json(ending.result.model_dump())
    sys.exit(ending.exit_code)


def _run(
    name: str,
    org: str,
    dossier: Path | None,
    round_number: int | None,
    *,
    headed: bool,
    office: tuple[Path | None, int | None, bool],
) -> Ending:
    from robot.cli.opening import open_office
    from robot.dossier import read_head
    from robot.drive import run_flow
    from robot.flow.declare import load

    flow = load(name)
    settings, vault_fd, verbose = office
    with open_office(settings, vault_fd, verbose=verbose) as opened:
        parameters: dict[str, Any] = {}
        if dossier is not None:
            head = read_head(dossier)
            head.check_belongs_to(org, opened.organisation(org).tax_code)
            parameters["dossier"] = head
        if round_number is not None:
            parameters["round_number"] = round_number
        terminal = Terminal(opened.settings.language)
        ending = run_flow(opened, flow, org, parameters, terminal, headed=headed)
    say_ending(ending, terminal)
    return ending


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

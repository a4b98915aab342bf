"""`vss-robot verdicts` and `vss-robot resubmit`: what the portal said later of a dossier, and the corrected one in its place."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from robot.cli.opening import open_office
from robot.cli.terminal import Terminal, print_json
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.resubmit import Resubmission
    from robot.errors import UsageError
    from robot.ledger import Ledger, Verdict
    from robot.texts import Language


def print_verdicts(org: str | None, *, as_json: bool, office: tuple[Path | None, int | None, bool]) -> None:
    """Look for new verdicts, book them, and print them; ends with the exit code of a mailbox that could not be read."""
    from robot.drive.verdicts import fetch_verdicts

    settings, vault_fd, verbose = office
    with open_office(settings, vault_fd, verbose=verbose) as opened:
        found, wrong = fetch_verdicts(opened, org)
        speaks = opened.settings.language
    if as_json:
        print_json([verdict_facts(verdict, speaks) for verdict in found])
    else:
        if not found:
            sys.stderr.write(Text("labels.no_verdicts").say(speaks) + "\n")
        for verdict in found:
            sys.stdout.writelines(line + "\n" for line in verdict_lines(verdict, speaks))
    for error in wrong:
        sys.stderr.write(error.text.say(speaks) + "\n")
    if wrong:
        sys.exit(wrong[0].exit_code)


def verdict_facts(verdict: Verdict, speaks: Language) -> dict[str, Any]:
    """A verdict for a program: its faults are those that `check --json` and `run --json` name, in the operator's language."""
    return {**asdict(verdict), "faults": list(verdict.faults.get(speaks, ()))}


def verdict_lines(verdict: Verdict, speaks: Language) -> list[str]:
    """A verdict with its faults, by form, row and field; where it was not understood, the letter itself."""
    received = verdict.head.get("received", "")
    outcome = Text(f"verdict.{verdict.outcome}").say(speaks)
    lines = [f"{verdict.organisation}  {verdict.number or '-'}  {outcome}  {received}"]
    for fault in verdict.faults.get(speaks, ()):
        fills = {name: fault[name] for name in ("form", "label", "field", "value", "says")} | {"row": fault["row"] or "-"}
        lines.append("  " + Text("labels.verdict_fault", fills).say(speaks))
    if verdict.text:
        lines.append(f"  {verdict.head.get('subject', '')}: {' '.join(verdict.text.split())}")
    return lines


def resubmit_file(file: Path, run: str, *, headed: bool, as_json: bool, office: tuple[Path | None, int | None, bool]) -> None:
    """Check a corrected dossier, say what changed, upload it; ends with the outcome's exit code."""
    from robot.cli.running import say_ending
    from robot.drive import run_flow
    from robot.drive.resubmit import prepare
    from robot.errors import UsageError
    from robot.flow.declare import load

    settings, vault_fd, verbose = office
    with open_office(settings, vault_fd, verbose=verbose) as opened:
        opened.ledger.reap()
        try:
            made = prepare(opened, file, run)
        except UsageError as error:
            if as_json:
                print_json(_not_begun(opened.ledger, run, error, opened.settings.language))
            raise
        terminal = Terminal(opened.settings.language)
        _say_changes(made, terminal)
        parameters: dict[str, Any] = {"dossier": made.dossier, "round_number": made.round_number}
        ending = run_flow(opened, load("submit"), made.organisation, parameters, terminal, headed=headed)
    say_ending(ending, terminal)
    if as_json:
        told = [asdict(change) for change in made.changes] if made.changes is not None else None
        print_json({**ending.result.model_dump(), "corrects": made.refused.run, "changes": told})
    sys.exit(ending.exit_code)


def _not_begun(ledger: Ledger, run: str, error: UsageError, speaks: Language) -> dict[str, Any]:
    """What `--json` says where the corrected dossier is not sent: with its faults, where they are the reason."""
    from robot.drive.faults import faults_of_error
    from robot.drive.run import RunResult
    from robot.errors import NameUnknown

    try:
        organisation = ledger.run(run).organisation
    except NameUnknown:
        organisation = ""
    faults = faults_of_error(error, speaks)
    result = RunResult(run=None, flow="submit", organisation=organisation, outcome=error.outcome, faults=faults)
    return {**result.model_dump(), "corrects": run, "changes": None}


def _say_changes(made: Resubmission, terminal: Terminal) -> None:
    from robot.drive.resubmit import said

    run = made.refused.run
    if made.changes is None:
        terminal.say(Text("labels.changed_unknown", {"run": run, "why": made.unknown}))
        return
    terminal.say(Text("labels.changed_title", {"run": run}))
    for change in made.changes:
        terminal.say(said(change))
    if not made.changes:
        terminal.say(Text("labels.changed_nothing"))

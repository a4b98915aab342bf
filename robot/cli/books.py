"""`vss-robot runs` and `vss-robot show`: what the books and the evidence say."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.cli.verdicts import verdict_facts, verdict_lines
from robot.clock import shown
from robot.drive.faults import faults_of_run
from robot.drive.signed_by import signed_by
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from pathlib import Path

    from robot.ledger import Ledger, Run
    from robot.texts import Language


def list_runs(
    settings: Path | None, org: str | None, flow: str | None, outcome: str | None, limit: int, *, as_json: bool
) -> None:
    """A line a run."""
    with open_office(settings) as office:
        office.ledger.reap()
        found = office.ledger.runs(limit, org, flow, outcome)
        if as_json:
            print_json([asdict(run) for run in found])
            return
        speaks = office.settings.language
        if not found:
            sys.stderr.write(Text("labels.no_runs").say(speaks) + "\n")
        for run in found:
            said = Text(f"outcomes.{run.outcome}").say(speaks)
            number = (run.receipt or {}).get("number", "")
            sys.stdout.write(
                f"{run.id}  {shown(run.started)}  {run.flow:<9} {run.organisation:<12} {said}  {number}".rstrip() + "\n"
            )


def show_run(settings: Path | None, run: str, *, as_json: bool) -> None:
    """Everything about one run."""
    with open_office(settings) as office:
        office.ledger.reap()
        newest = office.ledger.runs(1) if run == "last" else []
        row = newest[0] if newest else office.ledger.run(run)
        facts = _facts(office.ledger, row, office.settings.language)
        if as_json:
            print_json(facts)
            return
        speaks = office.settings.language
        lines = [
            (Text("labels.run"), row.id),
            (Text("labels.flow"), row.flow),
            (Text("labels.organisation"), row.organisation),
            (Text("labels.started"), shown(row.started)),
            (Text("labels.outcome"), Text(f"outcomes.{row.outcome}").say(speaks)),
        ]
        if row.receipt:
            lines.append((Text("labels.receipt"), " ".join(str(part) for part in row.receipt.values() if part)))
        if row.finding:
            lines += [(Text(f"labels.{name}"), str(row.finding[name])) for name in ("cause", "remedy")]
        signer = signed_by(row)
        if signer is not None:
            lines.append((Text("labels.signing"), signer.say(speaks)))
        lines += [(Text("labels.alarm"), alarm["said"]) for alarm in row.alarms]
        for verdict in office.ledger.verdicts(row.id):
            lines += [(Text("labels.verdict"), line) for line in verdict_lines(verdict, speaks)]
        lines.append((Text("labels.evidence"), str(row.evidence)))
        for label, value in lines:
            sys.stdout.write(f"{label.say(speaks):<12} {value}\n")
        for step in facts["steps"]:
            sys.stdout.write(f"  {step['seconds']:>7} s  {step['outcome']:<7} {say_step(step['name'], speaks)}\n")
        for name in facts["files"]:
            sys.stdout.write(f"  {name}\n")


def _facts(ledger: Ledger, run: Run, speaks: Language) -> dict[str, Any]:
    steps = [
        {
            "name": step.name,
            "outcome": step.outcome,
            "seconds": round((step.ended - step.started).total_seconds(), 1) if step.ended else None,
        }
        for step in ledger.steps(run.id)
    ]
    files = sorted(str(file.relative_to(run.evidence)) for file in run.evidence.rglob("*") if file.is_file())
    effects = [asdict(effect) for effect in ledger.effects(run.id)]
    signatures = [asdict(signature) for signature in ledger.signatures(run.id)]
    return {
        **asdict(run),
        "steps": steps,
        "effects": effects,
        "verdicts": [verdict_facts(verdict, speaks) for verdict in ledger.verdicts(run.id)],
        "faults": faults_of_run(ledger, run.id, speaks),
        "signatures": signatures,
        "files": files,
    }

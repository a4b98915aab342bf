"""`vss-robot doctor`: the chain link by link, as a table, and what may be done about what is broken."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from robot.cli.opening import open_office
from robot.cli.terminal import Terminal, for_rich, print_json
from robot.drive.doctor import case_of, examine
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.diagnosis.remedies import Fix
    from robot.drive.doctor import Examination
    from robot.texts import Language

BROKEN = 11  # the exit code of robot.errors.ChainBroken
SIGNS = {"ok": "✓", "broken": "✗", "unknown": "?"}
STYLES = {"ok": "green", "broken": "red", "unknown": "yellow"}


def run_doctor(settings: Path | None, org: str | None, *, fix: bool, yes: bool, headed: bool, as_json: bool) -> None:
    """Look, say what was seen, apply what is safe where that is wished, look again; ends with 0 or 11.

    Raises:
        UsageError: no such organisation, or a run uses its profile just now.
    """
    with open_office(settings) as office:
        speaks = office.settings.language
        case = case_of(office, org)
        found = examine(case, headed=headed)
        applied = _fixed(found, speaks, yes=yes) if fix and found.finding is not None else []
        if applied:
            if not as_json:
                _show(found, speaks)
            found = examine(case, headed=headed)
    if as_json:
        print_json(_facts(found, org, applied, speaks))
    else:
        _show(found, speaks)
    sys.exit(BROKEN if found.finding is not None else 0)


def _fixed(found: Examination, speaks: Language, *, yes: bool) -> list[Fix]:
    """The remedies that were applied, each shown before; one that installs a program waits for a yes."""
    from robot.diagnosis.remedies import fixes_for

    terminal, applied = Terminal(speaks), []
    for fix in fixes_for(found.probes, found.case):
        terminal.say(Text("labels.fix", {"what": fix.text}))
        if fix.asks and not yes and (terminal.prompt(Text("labels.fix_consent")) or "").casefold() not in {"y", "yes", "c", "có"}:
            terminal.say(Text("labels.fix_left"))
            continue
        fix.apply()
        applied.append(fix)
    return applied


def _show(found: Examination, speaks: Language) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, emoji=False)
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(overflow="fold")
    for probe in found.probes:
        sign = f"[{STYLES[probe.state]}]{SIGNS[probe.state]}[/]"
        link = Text(f"links.{probe.link}").say(speaks)
        table.add_row(sign, link, for_rich(probe.fact.say(speaks)), f"[dim]{probe.seconds:.2f} s[/dim]")
    console.print(table)
    finding = found.finding
    if finding is None:
        console.print(Text("labels.doctor_healthy", {"seconds": f"{found.seconds:.1f}"}).say(speaks), markup=False)
        return
    rows = [("cause", finding.cause), ("certainty", Text(f"labels.certainty_{finding.certainty}")), ("remedy", finding.remedy)]
    rows += [("also", text) for text in finding.also]
    facts = Table.grid(padding=(0, 2))
    for label, text in rows:
        facts.add_row(f"[dim]{Text(f'labels.{label}').say(speaks)}[/dim]", for_rich(text.say(speaks)))
    console.print(facts)


def _facts(found: Examination, org: str | None, applied: list[Fix], speaks: Language) -> dict[str, Any]:
    return {
        "organisation": org,
        "finding": found.finding.as_json(speaks) if found.finding is not None else None,
        "seconds": round(found.seconds, 3),
        "applied": [{"code": fix.code, "what": fix.text.say(speaks)} for fix in applied],
        "probes": [probe.as_json(speaks) for probe in found.probes],
    }

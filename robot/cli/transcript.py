"""`vss-robot transcript`: what browser and native host said to one another in a run, and how the host ended."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
from robot.signing.relay import read
from robot.texts import Text, catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from robot.texts import Language

NAME: Final = "transcript.jsonl"
_ARROWS: Final = {"browser>host": "→", "host>browser": "←"}


def show_transcript(settings: Path | None, run: str, *, as_json: bool) -> None:
    """A line a frame or event; with `as_json` the list as it was written."""
    with open_office(settings) as office:
        newest = office.ledger.runs(1) if run == "last" else []
        row = newest[0] if newest else office.ledger.run(run)
        file = row.evidence / NAME
        entries = read(file)
        if as_json:
            print_json(entries)
            return
        speaks = office.settings.language
        if not entries:
            sys.stderr.write(Text("transcript.empty", {"run": row.id, "file": file}).say(speaks) + "\n")
        for entry in entries:
            at = datetime.fromisoformat(entry["at"])
            said = _frame(entry) if "direction" in entry and "event" not in entry else _event(entry, speaks)
            sys.stdout.write(f"{shown(at)}.{at.microsecond // 1000:03d} [{entry['relay']}] {said}\n")


def _frame(entry: dict[str, Any]) -> str:
    """`→ CERT 119 B 1f2e3d4c lang=vi filter=SIGN …`: direction, kind, size, digest's beginning, then what may be shown."""
    arrow = _ARROWS.get(entry["direction"], "?")
    return f"{arrow} {entry['kind']:<8} {entry['bytes']:>6} B  {entry['digest'][:8]}  {_shape(entry.get('shape'))}".rstrip()


def _shape(shape: Any) -> str:
    if isinstance(shape, dict):
        return " ".join(f"{name}={_value(value)}" for name, value in shape.items())
    return "" if shape is None else _value(shape)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + _shape(value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return str(value)


def _event(entry: dict[str, Any], speaks: Language) -> str:
    key = f"transcript.{entry.get('event')}"
    if key not in catalogue(speaks):
        key = "transcript.other"
    fills = dict(entry)
    if "meaning" in entry:
        fills["meaning"] = Text(f"exits.{entry['meaning']}", {"detail": entry.get("detail", "")})
    said = "• " + Text(key, fills).say(speaks)
    stderr = str(entry.get("stderr", "")).strip()
    return said + "".join(f"\n    | {line}" for line in stderr.splitlines())

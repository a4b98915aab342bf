"""`vss-robot queue …`: what the commands do, and how a dossier of the queue is told."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
from robot.errors import NameUnknown, RobotError
from robot.ledger.item import ENDED, STATES, ItemState
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.drive import Office
    from robot.ledger.item import Item
    from robot.texts import Language


def add_files(settings: Path | None, files: Sequence[Path], org: str, round_number: int, priority: int, *, as_json: bool) -> None:
    """Check and plan each file; a bad one keeps no other back."""
    from robot.drive.intake import checker_of, plan, read_and_examine

    with open_office(settings) as office:
        speaks, checker = office.settings.language, checker_of(office)
        office.organisation(org)
        told: list[dict[str, Any]] = []
        for file in files:
            try:
                made = read_and_examine(office, checker, org, file.absolute(), round_number)
                item = plan(office, made, source="queue", name=file.name, priority=priority)
                told.append({"file": str(file), "planned": True, "item": asdict(item)})
                _say(item, speaks, as_json=as_json)
            except RobotError as wrong:
                told.append({"file": str(file), "planned": False, **_wrong(wrong, speaks)})
                sys.stderr.write(wrong.text.say(speaks) + "\n")
    if as_json:
        print_json(told)
    if not all(one["planned"] for one in told):
        sys.exit(2)


def amend_item(settings: Path | None, item: int, file: Path, *, as_json: bool) -> None:
    """Check a file and plan it in place of a dossier, by the operator's explicit wish; say what it has other than that one."""
    from robot.drive.intake import amend

    with open_office(settings) as office:
        planned = amend(office, office.ledger.queue.item(item), file.absolute(), source="queue", name=file.name)
        if as_json:
            print_json({"item": asdict(planned), "amends": asdict(office.ledger.queue.item(item))})
        _say(planned, office.settings.language, as_json=as_json)


def list_items(
    settings: Path | None, org: str | None, states: Sequence[str], limit: int, *, everything: bool, as_json: bool
) -> None:
    """A line a dossier."""
    with open_office(settings) as office:
        if org is not None:
            office.organisation(org)
        wanted = _states(states) or (STATES if everything else tuple(state for state in STATES if state not in ENDED))
        found = office.ledger.queue.items(states=wanted, organisation=org, limit=limit)
        if as_json:
            print_json([asdict(item) for item in found])
            return
        if not found:
            sys.stderr.write(Text("labels.queue_empty").say(office.settings.language) + "\n")
        for item in found:
            _say(item, office.settings.language, as_json=False)


def show_item(settings: Path | None, item: int, *, as_json: bool) -> None:
    """Everything about one dossier: its way step by step, and the open question."""
    with open_office(settings) as office:
        found = office.ledger.queue.item(item)
        moves = office.ledger.queue.moves(item)
        questions = [one for one in office.ledger.open_questions(found.organisation) if one.item == item]
        if as_json:
            print_json({**asdict(found), "moves": [asdict(one) for one in moves], "questions": [asdict(q) for q in questions]})
            return
        speaks = office.settings.language
        _say(found, speaks, as_json=False)
        sys.stdout.write(f"  {found.file}\n")
        if found.said:
            sys.stdout.write(f"  {found.said.get(speaks) or found.said.get('en')}\n")
        for fault in found.faults_in(speaks):
            fills = {name: fault[name] for name in ("form", "label", "field", "value", "says")} | {"row": fault["row"] or "-"}
            sys.stdout.write("  " + Text("labels.verdict_fault", fills).say(speaks) + "\n")
        for move in moves:
            state = Text(f"item_states.{move.after}").say(speaks)
            sys.stdout.write(f"  {shown(move.at)}  {state:<24} {move.run or '-':<22} {move.why_in(speaks)}".rstrip() + "\n")
        for question in questions:
            fills = {"id": question.id, "choices": ", ".join(question.choices or ())}
            sys.stdout.write("  " + Text("labels.question_open", fills).say(speaks) + "\n")


def care(settings: Path | None, command: str, items: Sequence[int], *, as_json: bool, why: str = "") -> None:
    """Move each dossier by a person's word; where one cannot be moved the others are, and the exit code says so."""
    with open_office(settings) as office:
        office.ledger.reap()
        office.ledger.protocol.recover()  # what a dead run had is free
        speaks = office.settings.language
        told: list[dict[str, Any]] = []
        for number in items:
            try:
                item = _moved(office, command, number, why)
                told.append({"item": number, "done": True, "state": item.state})
                _say(item, speaks, as_json=as_json)
            except RobotError as wrong:
                told.append({"item": number, "done": False, **_wrong(wrong, speaks)})
                sys.stderr.write(wrong.text.say(speaks) + "\n")
    if as_json:
        print_json(told)
    if not all(one["done"] for one in told):
        sys.exit(2)


def _moved(office: Office, command: str, number: int, why: str) -> Item:
    books = office.ledger.care
    if command == "hold":
        text = Text("labels.held_by_person", {"why": why or "-"})
        return books.hold(number, {language: text.say(language) for language in LANGUAGES})
    moves = {"release": books.release, "retry": books.retry, "cancel": books.cancel}
    return moves[command](number)


def _states(written: Sequence[str]) -> tuple[ItemState, ...]:
    """The states that were typed.

    Raises:
        NameUnknown: `item_state_unknown`.
    """
    for state in written:
        if state not in STATES:
            raise NameUnknown("item_state_unknown", name=state, known=", ".join(get_args(ItemState)))
    return tuple(state for state in STATES if state in written)


def _wrong(wrong: RobotError, speaks: Language) -> dict[str, Any]:
    from robot.drive.faults import faults_of_error

    return {"said": wrong.text.say(speaks), "faults": faults_of_error(wrong, speaks)}


def _say(item: Item, speaks: Language, *, as_json: bool) -> None:
    """The dossier's line: data for a person, unless a program reads the output."""
    if as_json:
        return
    state = Text(f"item_states.{item.state}").say(speaks)
    due = f"  ≥ {shown(item.not_before)}" if item.not_before else ""
    sys.stdout.write(f"{item.id:>6}  {item.organisation:<12} {item.key:<26} {state:<24} {item.name}{due}\n")

"""`vss-robot questions` and `vss-robot answer`: what waits for a person, and what the person says."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
from robot.ledger.questions import LASTING
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.ledger import Question
    from robot.texts import Language


def list_questions(settings: Path | None, org: str | None, *, as_json: bool) -> None:
    """What is open: for a captcha the picture's path, for the rest what it is about, and the answers that are taken."""
    with open_office(settings) as office:
        if org is not None:
            office.organisation(org)
        office.ledger.reap()
        office.ledger.lapse()
        found = office.ledger.open_questions(org)
        if as_json:
            print_json([asdict(question) for question in found])
            return
        speaks = office.settings.language
        if not found:
            sys.stderr.write(Text("labels.no_questions").say(speaks) + "\n")
        for question in found:
            sys.stdout.writelines(line + "\n" for line in _lines(question, speaks))


def answer_question(settings: Path | None, number: int, text: str, *, as_json: bool) -> None:
    """Hand a person's answer to the run that waits for it, or move the held dossier on."""
    from robot.drive.outbox import Outbox
    from robot.drive.outbox.consent import CONSENT, decide

    with open_office(settings) as office:
        office.ledger.reap()
        office.ledger.lapse()
        question = office.ledger.question(number)
        speaks = office.settings.language
        if question.kind == "held":
            item = office.ledger.care.decide(question, text)
            said = Text("labels.answer_moved", {"item": item.id, "state": Text(f"item_states.{item.state}")})
        elif question.kind == CONSENT and question.item is not None:
            outbox = Outbox(office).folders(str(question.organisation))
            planned = decide(office, outbox, question, text)
            fills = {"item": planned.id, "state": Text(f"item_states.{planned.state}")} if planned is not None else {}
            said = Text("labels.answer_moved", fills) if planned is not None else Text("labels.consent_refused_now")
        else:
            office.ledger.answer(number, text.strip())
            taken = "answer_next" if question.kind in LASTING else "answer_taken"
            said = Text(f"labels.{taken}", {"run": question.run or "-", "organisation": question.organisation or "-"})
        sys.stderr.write(said.say(speaks) + "\n")
        if as_json:
            print_json(asdict(office.ledger.question(number)))


def _lines(question: Question, speaks: Language) -> list[str]:
    kind = Text(f"question_kinds.{question.kind}").say(speaks)
    until = f"  ≤ {shown(question.expires)}" if question.expires else ""
    whose = question.run or "-" if question.item is None else f"#{question.item}"
    lines = [f"{question.id:>6}  {question.organisation or '-':<12} {whose:<22} {kind}  {shown(question.asked)}{until}"]
    if question.picture:
        lines.append(f"        {question.picture}")
    if question.said:
        lines.append(f"        {question.said.get(speaks) or question.said.get('en')}")
    if question.choices:
        lines.append("        " + Text("labels.question_choices", {"choices": ", ".join(question.choices)}).say(speaks))
    return lines

"""`vss-robot questions` and `vss-robot answer`: what waits for a person, and what the person says."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
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
    from robot.drive.answering import answered

    with open_office(settings) as office:
        said = answered(office, number, text)
        sys.stderr.write(said.say(office.settings.language) + "\n")
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

"""Asking a person: by a command, at the terminal, or from afar by `vss-robot answer`; nothing is solved here."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.errors import Cancelled, PersonAwaited
from robot.ledger import WrongState
from robot.ledger.questions import LASTING
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.flow.desk import Desk

POLL_S = 0.05
BRIEFLY_S = 0.01
BOOKS_S = 0.5  # between two looks into the books


@dataclass(frozen=True)
class Matter:
    """What a question is about, where a picture alone does not say it, and the answers that are taken."""

    said: Text
    choices: tuple[str, ...]

    def in_both(self) -> dict[str, str]:
        """The sentence by language, as the books have it."""
        return {language: self.said.say(language) for language in LANGUAGES}


def ask_person(desk: Desk, run: str, organisation: str, kind: str, picture: Path | None, matter: Matter | None = None) -> str:
    """The answer to a question of `kind` about `picture`, booked as a question row; whoever is first is heard.

    A question of a lasting kind stays open when nobody has answered: the next start goes by its answer.

    Raises:
        PersonAwaited: nobody answered in time, or there is nobody to ask.
        Cancelled: the run was stopped meanwhile.
    """
    recorded = desk.tape.answer(kind)
    if recorded is not None:
        return recorded
    known = desk.settings.questions
    # At night nobody sits at the terminal, and the notice says where to answer.
    from_afar_s = known.answer_s if desk.ledger.run(run).night is not None else known.wait_s
    lasting = kind in LASTING
    question = desk.ledger.ask(
        run,
        kind,
        picture,
        None if lasting else max(known.answer_s, from_afar_s),
        said=matter.in_both() if matter is not None else None,
        choices=matter.choices if matter is not None else None,
    )
    desk.tell(question)
    afar = _FromAfar(desk, question, lasting=lasting)
    answer: str | None = None
    try:
        if known.answer_command:
            answer = _by_command(desk, run, organisation, kind, picture, afar)
        else:
            answer = desk.progress.prompt(_prompt(kind, picture, matter), afar.heard)
            if answer is None:
                _wait(desk, afar, from_afar_s)
    finally:
        afar.settle(answered=bool(answer))
    answer = afar.answer or answer
    if not answer:
        raise PersonAwaited("person_awaited", question=kind, picture=picture or "-")
    desk.tape.answered(kind, answer)
    return answer


def _prompt(kind: str, picture: Path | None, matter: Matter | None) -> Text:
    if matter is None:
        return Text(f"labels.question_{kind}", {"picture": picture})
    return Text("labels.question_matter", {"said": matter.said, "picture": picture or "-", "choices": ", ".join(matter.choices)})


class _FromAfar:
    """The question's row, looked at now and then: somebody may answer it from another process, or another machine."""

    def __init__(self, desk: Desk, question: int, *, lasting: bool) -> None:
        self._ledger = desk.ledger
        self._question = question
        self._lasting = lasting
        self._next = 0.0
        self.answer: str | None = None

    def heard(self) -> bool:
        """Whether there is an answer in the books."""
        if self.answer is None and time.monotonic() >= self._next:
            self._next = time.monotonic() + BOOKS_S
            self.answer = self._ledger.question(self._question).answer
        return self.answer is not None

    def settle(self, *, answered: bool) -> None:
        """Write down whether somebody answered here; the books' own answer, where there is one by now, counts."""
        try:
            if answered:
                self._ledger.answered(self._question)
            elif self._lasting:
                self.answer = self._ledger.question(self._question).answer
            else:
                self._ledger.expired(self._question)
        except WrongState:
            self.answer = self._ledger.question(self._question).answer


def _wait(desk: Desk, afar: _FromAfar, seconds: float) -> None:
    """Wait for an answer from afar.

    Raises:
        Cancelled: the run was stopped meanwhile.
    """
    deadline = time.monotonic() + seconds
    while not afar.heard() and time.monotonic() < deadline:
        desk.cancel.wait(POLL_S)


def _by_command(desk: Desk, run: str, organisation: str, kind: str, picture: Path | None, afar: _FromAfar) -> str | None:
    """What the settings' command prints; None where it has no answer, fails, takes too long, or somebody else was faster."""
    command = desk.settings.questions.answer_command
    facts = json.dumps({"kind": kind, "run": run, "organisation": organisation, "picture": str(picture or "")})
    deadline = time.monotonic() + desk.settings.questions.answer_s
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, from the operator's own settings
            [*command, str(picture or "")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    except OSError:
        return None
    with process:
        wanted: str | None = facts
        while True:
            try:
                said, _ = process.communicate(wanted, timeout=BRIEFLY_S)
            except subprocess.TimeoutExpired:
                wanted = None  # communicate goes on with what it was given the first time
                if afar.heard() or time.monotonic() > deadline:
                    process.kill()
                    return None
                try:
                    desk.cancel.wait(POLL_S)  # other tabs of the browser go on meanwhile
                except Cancelled:
                    process.kill()
                    raise
            else:
                return said.strip() if process.returncode == 0 else None

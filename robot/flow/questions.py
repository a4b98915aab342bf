"""Asking a person: by the command of the settings, or at the terminal. The robot itself solves nothing."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

from robot.errors import Cancelled, PersonAwaited
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.flow.desk import Desk

POLL_S = 0.05


def ask_person(desk: Desk, run: str, organisation: str, kind: str, picture: Path) -> str:
    """The answer to a question of `kind` about `picture`, booked as a question row.

    Raises:
        PersonAwaited: nobody answered in time, or there is nobody to ask.
        Cancelled: the run was stopped meanwhile.
    """
    question = desk.ledger.ask(run, kind, picture)
    answer = _by_command(desk, run, organisation, kind, picture)
    if answer is None and not desk.settings.questions.answer_command:
        answer = desk.progress.prompt(Text(f"labels.question_{kind}", {"picture": picture}))
    if not answer:
        desk.ledger.expired(question)
        raise PersonAwaited("person_awaited", question=kind, picture=picture)
    desk.ledger.answered(question)
    return answer


def _by_command(desk: Desk, run: str, organisation: str, kind: str, picture: Path) -> str | None:
    """What the settings' command prints; None where it has no answer, fails, or takes too long."""
    command = desk.settings.questions.answer_command
    if not command:
        return None
    facts = json.dumps({"kind": kind, "run": run, "organisation": organisation, "picture": str(picture)})
    deadline = time.monotonic() + desk.settings.questions.answer_s
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, from the operator's own settings
            [*command, str(picture)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    except OSError:
        return None
    with process:
        wanted: str | None = facts
        while True:
            try:
                said, _ = process.communicate(wanted, timeout=POLL_S)
            except subprocess.TimeoutExpired:
                wanted = None  # communicate goes on with what it was given the first time
                if desk.cancel.asked or time.monotonic() > deadline:
                    process.kill()
                    if desk.cancel.asked:
                        raise Cancelled("cancelled") from None
                    return None
            else:
                return said.strip() if process.returncode == 0 else None

"""A file that would take another dossier's place waits for a person's consent. Without it the file is refused, never deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.clock import shown
from robot.drive.intake import amend
from robot.drive.notices import Notices
from robot.drive.outbox.taken import reasons
from robot.errors import UsageError
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.drive.outbox.folders import Folders
    from robot.ledger import Question
    from robot.ledger.item import Item

CONSENT: Final = "consent"
YES, NO = "yes", "no"
DAY_S: Final = 86_400


def ask(office: Office, folders: Folders, own: Path, before: Item) -> tuple[Path, Text]:
    """Put a claimed file by and ask once whether it may take the place of `before`; where it lies now, and what was asked."""
    lies = folders.put_by(own)
    facts = {"file": own.name, "key": before.key, "item": before.id, "state": Text(f"item_states.{before.state}")}
    said = Text("labels.consent_asked", facts)
    if office.ledger.asked_about(lies) is None:  # a move that was broken off may have left the file in two places
        told: dict[str, str] = {language: said.say(language) for language in LANGUAGES}
        days = office.settings.outbox.consent_days
        Notices(office).question(office.ledger.ask_about(before, CONSENT, lies, days * DAY_S, told, (YES, NO)))
    return lies, said


def open_ends(office: Office, folders: Folders) -> list[Path]:
    """Files that wait and were never asked about: whoever put them by was stopped before it could ask."""
    ledger = office.ledger
    return [file for file in folders.waiting() if ledger.asked_about(file) is None and ledger.queue.item_at(str(file)) is None]


def settle(office: Office, folders: Folders) -> None:
    """Refuse the files whose question was answered with no, or by nobody in time; those that are planned stay where they are."""
    office.ledger.lapse()
    for file in folders.waiting():
        asked = office.ledger.asked_about(file)
        if asked is None or asked.state == "open" or office.ledger.queue.item_at(str(file)) is not None:
            continue
        facts = {"file": file.name, "item": asked.item or "-", "id": asked.id, "expires": shown(asked.expires or asked.asked)}
        said = Text("labels.consent_refused" if asked.state == "answered" else "labels.consent_lapsed", facts)
        speaks = office.settings.language
        try:
            folders.refuse(file, reasons(said.say(speaks), (), speaks))
        except OSError as wrong:
            logger.bind(action="outbox.consent", question=asked.id).warning(str(wrong))


def decide(office: Office, folders: Folders, asked: Question, answer: str) -> Item | None:
    """Go by a person's answer: `yes` plans the file as the amendment, `no` refuses it (None).

    Raises:
        UsageError: `answer_wrong`, `question_settled`; the file cannot take that place, or not yet, and the question stays open.
    """
    word = answer.strip().lower()
    if asked.state != "open":
        raise UsageError("question_settled", question=asked.id)
    planned = None
    if word == YES and asked.item is not None:
        file = Path(asked.picture)
        planned = amend(office, office.ledger.queue.item(asked.item), file, source="outbox", name=file.name)
    office.ledger.answer(asked.id, word)  # after the plan: stopped in between, the same answer finds the dossier planned
    settle(office, folders)
    return planned

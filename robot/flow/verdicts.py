"""The portal's verdicts on what an organisation has sent: read from its mailbox, matched to the books, booked once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.dossier.fault import CONTAINER, Fault, shown
from robot.flow.mailbox import OrganisationMailbox
from robot.mail import VerdictLetters
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from robot.flow.tape import Tape
    from robot.ledger import Effect, Ledger, Verdict
    from robot.mail import Letter, MailFault, VerdictLetter
    from robot.settings import Organisation, Settings
    from robot.vault import Vault

SUBMISSION: Final = "submission"
# The mail server's clock may run behind ours.
CLOCKS_APART = timedelta(seconds=60)
LONGEST_TEXT: Final = 4000
_LONG_NUMBER = re.compile(r"[0-9]{6,}")


class Verdicts:
    """The verdicts of one organisation."""

    def __init__(
        self, settings: Settings, ledger: Ledger, vault: Vault, key: str, organisation: Organisation, tape: Tape | None = None
    ) -> None:
        self._ledger = ledger
        self._key = key
        self._organisation = organisation
        self._mailbox = OrganisationMailbox(settings, vault, organisation, tape)
        self._letters = VerdictLetters(self._mailbox.mail, settings.portal.hosts)

    def fetch(self) -> list[Verdict]:
        """Look into the mailbox and book what is new there; nothing is looked at where nothing was ever sent.

        Raises:
            UsageError: a setting, the vault or the mailbox's password is wrong.
            MailUnavailable: the mailbox cannot be read.
        """
        sent = self._ledger.taken(SUBMISSION, self._key)
        if not sent:
            return []
        waiting = [effect for effect in sent if self._ledger.verdict_of(effect.id) is None]
        since = min(effect.intended for effect in waiting or sent[:1]) - CLOCKS_APART
        with self._mailbox.open() as mailbox:
            found, ignored = self._letters.read(mailbox.letters(since), self._organisation.tax_code)
        for passed_over in ignored:
            logger.bind(action="verdict.ignored", **passed_over.head).warning(passed_over.why.say("en"))
        booked = [self._book(letter, sent) for letter in found]
        return [verdict for verdict in booked if verdict is not None]

    def _book(self, read: VerdictLetter, sent: list[Effect]) -> Verdict | None:
        effect = _matching(read, sent)
        outcome = read.outcome if effect is not None or read.outcome == "not_understood" else "unmatched"
        name = read.file_name or ""
        found = [fault_of(each, name) for each in read.faults]
        faults = {language: [fault.as_json(language) for fault in found] for language in LANGUAGES}
        return self._ledger.book_verdict(
            self._key,
            _identity(read.letter),
            outcome,
            effect.id if effect is not None else None,
            number=read.number,
            head=read.letter.head,
            faults=faults,
            text=_LONG_NUMBER.sub("…", read.letter.text)[:LONGEST_TEXT] if outcome in {"not_understood", "unmatched"} else "",
            said={language: said_of(told) for language, told in faults.items()},
        )


def fault_of(read: MailFault, file_name: str) -> Fault:
    """A fault of a mail in the model that the robot's own check uses; what stands in a form may be a person's, and is masked."""
    return Fault(
        file=file_name,
        form=read.form,
        row=read.row,
        field=read.field,
        label_vi=read.label or read.field,
        value_masked=shown(read.value, personal=read.form != CONTAINER),
        rule=Text("verdict.portal_says", {"said": _LONG_NUMBER.sub("…", read.rule)}),
        mend=Text("verdict.mend", {"field": read.label or read.field}),
    )


def said_of(faults: list[dict[str, object]]) -> str:
    """The first faults in a line: `D02-TS 12 Masobhxh: …`."""
    named = [" ".join(str(part) for part in (fault["form"], fault["row"], fault["field"]) if part) for fault in faults]
    return "; ".join(f"{place}: {fault['says']}" for place, fault in list(zip(named, faults, strict=True))[:3])


def _matching(read: VerdictLetter, sent: list[Effect]) -> Effect | None:
    """The one dossier that a letter is about: by its number, else by its file's name; none where the two do not agree."""
    if read.number is not None:
        found = [effect for effect in sent if (effect.receipt or {}).get("number") == read.number]
    else:
        found = [effect for effect in sent if _file(effect) == read.file_name]
    if len(found) != 1:
        return None
    named = _file(found[0])
    return None if named and read.file_name and named != read.file_name else found[0]


def _file(effect: Effect) -> str:
    """The file's name as mails write it: a disk may hold it with letters and marks apart."""
    return unicodedata.normalize("NFC", effect.detail.get("file", ""))


def _identity(letter: Letter) -> str:
    """What tells a letter from others: its message id, or where it has none, its time and text."""
    return letter.message_id or hashlib.sha256(f"{letter.received.isoformat()}\n{letter.text}".encode()).hexdigest()

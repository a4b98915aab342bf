"""The portal's mails about a dossier's structure, read by the settings' patterns; what does not fit them is not guessed at.

Three layouts are known: a table in HTML, a plain text with a line a fault, and an XML file attached.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from robot.mail.belief import Belief, Ignored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from robot import settings
    from robot.mail.letter import Letter

MOST_FAULTS: Final = 1000  # more are counted and not kept
LONGEST: Final = 1000  # letters of one part of a fault
LONGEST_LINE: Final = 4000  # a longer line is no fault's, and would keep a pattern busy
PARTS = ("form", "row", "field", "label", "value", "rule")

Outcome = Literal["valid", "invalid", "not_understood"]


@dataclass(frozen=True)
class MailFault:
    """One fault as a mail names it: form's code, row from 1 (None: not in one), field's official name and what people call it."""

    form: str
    row: int | None
    field: str
    label: str
    value: str
    rule: str


@dataclass(frozen=True)
class VerdictLetter:
    """A believed letter about a dossier's structure. `why` is a key of the catalogue's `[unread]` where it is not understood."""

    outcome: Outcome
    number: str | None
    file_name: str | None
    faults: tuple[MailFault, ...]
    letter: Letter
    why: str = ""


class VerdictLetters:
    """Reads the letters of one mailbox."""

    def __init__(self, mail: settings.Mail, hosts: Iterable[str]) -> None:
        self._belief = Belief(mail, hosts)
        self._rules = mail.verdict

    def read(self, letters: Sequence[Letter], tax_code: str) -> tuple[list[VerdictLetter], list[Ignored]]:
        """The verdicts among letters in the order they came, and letters that claim to be one and are not believed."""
        found: list[VerdictLetter] = []
        ignored: list[Ignored] = []
        for letter in sorted(letters, key=lambda each: each.received):
            if not re.search(_nfc(self._rules.subject), letter.subject):
                continue
            doubt = self._belief.doubt(letter, tax_code)
            if doubt:
                ignored.append(Ignored(letter.head, doubt))
            else:
                found.append(self._read(letter))
        return found, ignored

    def _read(self, letter: Letter) -> VerdictLetter:
        rules = self._rules
        numbers, files = _values(rules.number, letter.text), _values(rules.file, letter.text)
        number = numbers[0] if len(numbers) == 1 else None
        file_name = files[0] if len(files) == 1 else None

        def unread(why: str) -> VerdictLetter:
            return VerdictLetter("not_understood", number, file_name, (), letter, why)

        if len(numbers) > 1 or not (numbers or files):
            return unread("no_dossier" if not numbers else "several_dossiers")
        says = [re.search(_nfc(pattern), letter.text) is not None for pattern in (rules.valid, rules.invalid)]
        if says[0] == says[1]:
            return unread("no_verdict")
        if says[0]:
            return VerdictLetter("valid", number, file_name, (), letter)
        counted, faults = self._faults(letter)
        if not faults:
            return unread("no_faults")
        if any(told != len(faults) for told in counted):
            return unread("faults_missed")
        return VerdictLetter("invalid", number, file_name, tuple(faults[:MOST_FAULTS]), letter)

    def _faults(self, letter: Letter) -> tuple[list[int], list[MailFault]]:
        """How many faults the letter says there are (nothing where it does not say), and those it names."""
        counted = [int(value[:9]) for value in _values(self._rules.count, letter.text)]
        for attachment in letter.attachments:
            if re.search(self._rules.xml.file, attachment.name):
                said, faults = self._attached(attachment.content)
                return counted + said, faults
        for table in letter.tables:
            faults = self._table(table)
            if faults:
                return counted, faults
        line = re.compile(_nfc(self._rules.line))
        lines = (line.search(each.strip()) for each in letter.text.splitlines() if len(each) <= LONGEST_LINE)
        return counted, [_fault(each.groupdict()) for each in lines if each]

    def _attached(self, content: bytes) -> tuple[list[int], list[MailFault]]:
        """The faults of an attached XML file; none where it is not one, or brings a document type."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        except (etree.LxmlError, ValueError):
            return [], []
        if b"<!DOCTYPE" in content:
            return [], []
        names = self._rules.xml
        said = [int(text) for each in root.iter(names.count) if (text := (each.text or "").strip()[:9]).isdecimal()]
        tags = {part: getattr(names, part) for part in PARTS}
        rows = [{part: each.findtext(tag) for part, tag in tags.items()} for each in root.iter(names.fault)]
        return said, [_fault(row) for row in rows]

    def _table(self, table: Sequence[Sequence[str]]) -> list[MailFault]:
        """The faults of a table whose headings fit; none of any other."""
        patterns = {part: _nfc(getattr(self._rules.columns, part)) for part in PARTS}
        for place, heads in enumerate(table):
            columns = {
                part: next((index for index, head in enumerate(heads) if re.search(pattern, head)), None)
                for part, pattern in patterns.items()
            }
            if all(columns[part] is not None for part in ("form", "field", "rule")):
                rows = [row for row in table[place + 1 :] if len(row) == len(heads)]
                known = {part: index for part, index in columns.items() if index is not None}
                return [_fault({part: row[index] for part, index in known.items()}) for row in rows]
        return []


def _fault(parts: Mapping[str, str | None]) -> MailFault:
    form, row, field, label, value, rule = (_nfc((parts.get(part) or "").strip())[:LONGEST] for part in PARTS)
    return MailFault(form, int(row[:9]) if row.isdecimal() else None, field, label, value, rule)


def _values(pattern: str, text: str) -> list[str]:
    """The different values that a pattern finds, in order."""
    return list(dict.fromkeys(found["value"].strip() for found in re.finditer(_nfc(pattern), text)))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

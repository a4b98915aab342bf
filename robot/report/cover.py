"""Covering what a help desk has no need of: secrets of the vault, persons' numbers and addresses, names of folders.

Kept are the employers' tax codes, which say whose case it is, dossier and registration numbers, times and digests.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from robot.redaction import Redactor
    from robot.settings import Settings
    from robot.vault import Vault

DOTS: Final = "•••"
# CMND 9 digits, personal code and mobile number 10, CCCD 12; an employer's tax code has 10, too, and is told by the settings.
PERSON: Final = re.compile(r"(?<![\w.])(?:\+?84|0)?(?:\d{12}|\d{9,10})(?!\w|\.\d)")
SPACED: Final = re.compile(r"(?<!\w)(?:\d{3} \d{3} \d{3} \d{3}|(?:\+84[ .-]?|0)\d{2,3}[ .-]\d{3,4}[ .-]?\d{3,4})(?!\w)")
MAIL: Final = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
LEFT: Final = 2  # digits that stay, so that two numbers can be told apart on the telephone


class Cover:
    """Takes out of texts what must not leave the office."""

    def __init__(self, redactor: Redactor, settings: Settings) -> None:
        self._redactor = redactor
        self._settings = settings
        employers = [organisation.tax_code for organisation in settings.organisations.values()]
        self._kept = {code for tax_code in employers for code in (tax_code, tax_code.replace("-", ""), tax_code[:10])}
        self._senders = {sender.lower() for sender in settings.mail.senders}
        places = {str(settings.home.resolve()): "‹robot›", str(Path.home()): "~"}
        self._places = {place: name for place, name in places.items() if place != Path(place).anchor}

    def learn(self, vault: Vault, organisation: str) -> None:
        """Know the vault's secrets from now on, also each line of one that has several; each costs the vault's slow unlocking.

        Those that settings or name give to another organisation than the run's own are passed over.

        Raises:
            VaultClosed: the vault does not open.
        """
        strange = self._settings.organisations.keys() - {organisation}
        held = {name: {reference.removeprefix("keyring:") for reference in self._references(name)} for name in strange}
        for name in vault.names():
            if name.rpartition("/")[2] in strange or any(name in names for names in held.values()):
                continue
            for line in vault.get(name).splitlines():
                if line not in self._kept:
                    self._redactor.learn(name, line)

    def _references(self, organisation: str) -> list[str]:
        row = self._settings.organisations[organisation]
        return [reference for reference in (row.mail.password, row.token.pin) if reference]

    def text(self, text: str) -> str:
        """`text` with nothing in it that must stay here."""
        text = self._redactor.redact(text)
        for place, name in self._places.items():
            text = text.replace(place, name)
        text = MAIL.sub(self._address, text)
        return PERSON.sub(self._number, SPACED.sub(self._number, text))

    def value(self, value: Any) -> Any:
        """The same for what JSON holds; a number that had to be covered becomes a text."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return value if (said := self.text(str(value))) == str(value) else said
        return value

    def json(self, text: str) -> str:
        """A JSON file; one that cannot be read is covered as plain text."""
        try:
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False, indent=1) + "\n"
        except ValueError:
            return self.text(text)

    def lines(self, text: str) -> str:
        """A JSON lines file; a line cut off by a kill is covered as plain text."""
        return "".join(self._line(line) + "\n" for line in text.splitlines())

    def _line(self, line: str) -> str:
        try:
            return json.dumps(self.value(json.loads(line)), ensure_ascii=False)
        except ValueError:
            return self.text(line)

    def _number(self, found: re.Match[str]) -> str:
        said = found.group()
        return said if said in self._kept else DOTS + said[-LEFT:]

    def _address(self, found: re.Match[str]) -> str:
        return found.group() if found.group().lower() in self._senders else f"{DOTS}@{found.group(1)}"

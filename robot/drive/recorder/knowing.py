"""What is known of a run that must not be kept: secrets, the organisation's particulars, what a dossier says of people."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from robot.flow.post import ACCOUNTS
from robot.identifiers import tax_digits
from robot.recording.frames import learn_frames
from robot.recording.harmless import persons
from robot.recording.made_up import like, secret_shape, shape_of, sized
from robot.recording.placeholders import DOSSIER, Register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from robot.mail import Letter
    from robot.redaction import Redactor
    from robot.settings import Organisation
    from robot.settings.model import MailPatterns
    from robot.signing.hearing import Heard

SHORTEST: Final = 2  # letters of a value that is replaced
USUAL_NAMES: Final = ("BHXHDienTu.xml", "BHXHDienTu.zip")
# The organisation's particulars and their shapes; what only says which agency is meant is everybody's.
PARTICULARS: Final[dict[str, Callable[[str], str]]] = {
    "name": shape_of,
    "tax_code": sized("tax code"),
    "unit_code": like,
    "phone": sized("phone"),
    "email": sized("email"),
    "contact": shape_of,
    "address": shape_of,
    "contact_address": shape_of,
    "contact_phone": sized("phone"),
}
AGENCY: Final = ("province", "agency_name", "agency_code", "result_delivery")
_ROWS: Final = 3  # an account in the vault: user name, password, activation
# How secrets begin that vault, mail room and terminal tell the redactor, and what they are called in a recording.
_NAMES: Final = {"mail/": "mail_password", "token/": "pin", "pin": "pin", "activation code": "code", "password": "password"}


class Known:
    """The register of a run, which grows as the run goes on; `secrets` are looked for in what is written."""

    def __init__(self, organisation: Organisation, redactor: Redactor, today: date) -> None:
        self.register = Register()
        self._redactor = redactor
        for name, shape in PARTICULARS.items():
            self.register.add("ORG", name, getattr(organisation, name), shape)
        placeholder = self.register.placeholder(organisation.tax_code)
        if placeholder is not None:
            self.register.put(placeholder, tax_digits(organisation.tax_code))
        self.register.add_days(today)

    def learn_secrets(self) -> None:
        """What the vault has handed out so far, and what the mail room has read."""
        for secret, name in self._redactor.secrets.items():
            rows = secret.split("\n")
            if name.startswith(ACCOUNTS) and len(rows) == _ROWS:
                self.register.add("ORG", "user_name", rows[0], sized("digits") if rows[0].isdecimal() else shape_of)
                self.secret("password", rows[1])
            elif len(rows) == 1 and len(secret) >= SHORTEST:
                self.secret(_name_of(name), secret)

    def secret(self, name: str, value: str) -> str:
        """A secret's placeholder."""
        return self.register.add("SECRET", name, value, secret_shape)

    def learn_letters(self, letters: Iterable[Letter], patterns: MailPatterns) -> None:
        """The code and the password of each letter, whether it is used or not."""
        for letter in letters:
            for name in ("code", "password"):
                found = re.search(unicodedata.normalize("NFC", getattr(patterns, name)), letter.text)
                if found is not None:
                    self.secret(name, found["value"])

    def learn_frames(self, heard: Iterable[Heard]) -> None:
        """What came from the token."""
        learn_frames(heard, self.register)

    def learn_dossier(self, file: Path, content: bytes) -> str:
        """What a dossier says of people, its digest, and its name where that is not the usual one; its name in the recording.

        Raises:
            CannotBeHarmless: it is not a dossier whose text can be read.
        """
        for element, value in persons(content):
            self.register.add("PERSON", element, value, shape_of)
        name = file.name if file.name in USUAL_NAMES else f"dossier{file.suffix.lower()}"
        self.register.describe(DOSSIER, f"content files/{name}")
        self.register.add("FILE", "dossier.sha256", hashlib.sha256(content).hexdigest(), lambda _: f"sha256 files/{name}")
        if name != file.name:
            self.register.add("FILE", "dossier.name", file.name, lambda _: f"name files/{name}")
        return name

    @property
    def forbidden(self) -> dict[str, str]:
        """Every value that may not be found in what is written, by value, with the name it is told by."""
        secrets = {row: name for secret, name in self._redactor.secrets.items() for row in (secret, *secret.split("\n"))}
        return {value: name for value, name in (secrets | self.register.values()).items() if value.strip()}


def _name_of(learnt: str) -> str:
    found = next((name for begin, name in _NAMES.items() if learnt.startswith(begin)), None)
    return found or re.sub(r"[^A-Za-z0-9_-]+", "_", learnt).strip("_") or "secret"

"""Which letters are believed to be the portal's: anyone can send a mail.

One counts only when it comes from an address of `mail.senders`, every link in it leads to one of `portal.hosts` over https,
and it names the organisation's tax code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.identifiers import same_tax_code
from robot.mail.web_links import leads_to
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot import settings
    from robot.mail.letter import Letter

_TAX_CODE = re.compile(r"(?<![0-9])[0-9]{10}(?:-?[0-9]{3})?(?!-?[0-9])")


@dataclass(frozen=True)
class Ignored:
    """A letter that was passed over: its head, and why, as a key of the catalogue's `[ignored]`."""

    head: dict[str, str]
    reason: str

    @property
    def why(self) -> Text:
        """The reason in a sentence."""
        return Text(f"ignored.{self.reason}")


class Belief:
    """The rules by which a letter counts."""

    def __init__(self, mail: settings.Mail, hosts: Iterable[str]) -> None:
        self._senders = frozenset(sender.lower() for sender in mail.senders)
        self.hosts = tuple(hosts)

    def doubt(self, letter: Letter, tax_code: str) -> str:
        """Why a letter is not believed to be the portal's to this organisation (a key of `[ignored]`); nothing when it is."""
        if letter.sender not in self._senders:
            return "sender"
        if letter.too_large:
            return "too_large"
        if not all(leads_to(link, self.hosts) for link in letter.links):
            return "foreign_link"
        if not any(same_tax_code(found, tax_code) for found in _TAX_CODE.findall(letter.text)):
            return "other_organisation"
        return ""

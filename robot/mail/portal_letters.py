"""Which letters are believed to be the portal's, and what they say.

Anyone can send a mail. One counts only when it comes from an address of `mail.senders`, every link in it leads to one of
`portal.hosts` over https, and it names the organisation's tax code. A newer registration makes older codes worthless, so
the newest letter of the registration that is waited for is taken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import SecretStr

from robot.mail.belief import Belief, Ignored
from robot.mail.web_links import leads_to, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from robot import settings
    from robot.mail.letter import Letter

_TOO_OLD = "older"


@dataclass(frozen=True)
class ActivationLetter:
    """The first letter: `code` to enter, `link` to the page for it, and the registration it names, where it does."""

    code: SecretStr
    link: str | None
    registration: str | None
    letter: Letter


@dataclass(frozen=True)
class CredentialsLetter:
    """The second letter: user name and password."""

    user_name: str
    password: SecretStr
    letter: Letter


Kind = TypeVar("Kind", ActivationLetter, CredentialsLetter)


@dataclass(frozen=True)
class _Read(Generic[Kind]):
    """What a letter was read as, or why it was not."""

    found: Kind | None
    reason: str = ""


class PortalLetters:
    """Reads letters by the settings' patterns; finds the newest that is believed."""

    def __init__(self, mail: settings.Mail, hosts: Iterable[str]) -> None:
        self._belief = Belief(mail, hosts)
        self._patterns = mail.patterns

    def newest_activation(
        self, letters: Sequence[Letter], tax_code: str, registration: str | None, since: datetime
    ) -> tuple[ActivationLetter | None, list[Ignored]]:
        """The newest believed letter with an activation code, and what was ignored.

        `registration`, where it is known, is the only one whose letters count; a letter that names none counts too.
        `since` is taken to the second; of two letters of one moment the later in order is the newer.
        """

        def read(letter: Letter) -> _Read[ActivationLetter]:
            code = self._value(self._patterns.code, letter)
            if code is None:
                return _Read(None, "no_code")
            named = self._value(self._patterns.registration, letter)
            if registration is not None and named is not None and named != registration:
                return _Read(None, "other_registration")
            return _Read(ActivationLetter(SecretStr(code), self._link(letter), named, letter))

        return self._newest(letters, tax_code, since, read)

    def newest_credentials(
        self, letters: Sequence[Letter], tax_code: str, since: datetime, registration: str | None = None
    ) -> tuple[CredentialsLetter | None, list[Ignored]]:
        """The newest believed letter with user name and password, and what was ignored.

        `registration`, where it is known, is the one that the account comes from. A letter that came before that one's first
        activation code belongs to an earlier account, however near the two are in time and whatever the clocks say.
        """
        earlier = self._before_the_code(letters, tax_code, registration) if registration else set()

        def read(letter: Letter) -> _Read[CredentialsLetter]:
            if id(letter) in earlier:
                return _Read(None, _TOO_OLD)
            user_name = self._value(self._patterns.user_name, letter)
            password = self._value(self._patterns.password, letter)
            if user_name is None or password is None:
                return _Read(None, "no_credentials")
            return _Read(CredentialsLetter(user_name, SecretStr(password), letter))

        return self._newest(letters, tax_code, since, read)

    def _before_the_code(self, letters: Sequence[Letter], tax_code: str, registration: str) -> set[int]:
        """Which letters (by `id`) came before the first believed code of this registration; none where that is not among them."""
        ordered = sorted(letters, key=lambda each: each.received)
        for place, letter in enumerate(ordered):
            named = self._value(self._patterns.registration, letter)
            has_code = self._value(self._patterns.code, letter) is not None
            if has_code and named == registration and not self._belief.doubt(letter, tax_code):
                return {id(earlier) for earlier in ordered[:place]}
        return set()

    def _newest(
        self, letters: Sequence[Letter], tax_code: str, since: datetime, read: Callable[[Letter], _Read[Kind]]
    ) -> tuple[Kind | None, list[Ignored]]:
        newest: Kind | None = None
        ignored: list[Ignored] = []
        for letter in sorted(letters, key=lambda each: each.received):  # a stable order: ties stay as they came
            if letter.received < since.replace(microsecond=0):
                continue
            reason = self._belief.doubt(letter, tax_code)
            outcome = _Read[Kind](None, reason) if reason else read(letter)
            if outcome.found is None:
                ignored.append(Ignored(letter.head, outcome.reason))
                continue
            if newest is not None:
                ignored.append(Ignored(newest.letter.head, _TOO_OLD))
            newest = outcome.found
        return newest, ignored

    def _link(self, letter: Letter) -> str | None:
        """The activation link, in the text or behind a word of the HTML; only one that leads to the portal."""
        for text in (letter.text, *letter.links):
            found = _search(self._patterns.link, text)
            if found is not None and leads_to(trimmed(found), self._belief.hosts):
                return trimmed(found)
        return None

    @staticmethod
    def _value(pattern: str, letter: Letter) -> str | None:
        return _search(pattern, letter.text)


def _search(pattern: str, text: str) -> str | None:
    found = re.search(unicodedata.normalize("NFC", pattern), text)
    return found["value"] if found else None

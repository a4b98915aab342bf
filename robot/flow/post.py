"""The organisation's letters from the portal: waited for without a browser, believed only by the rules of the mail room."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import SecretStr

from robot.errors import MailAwaited, MailUnavailable, UsageError, VaultClosed
from robot.flow.declare import Receipt
from robot.flow.mailbox import OrganisationMailbox
from robot.mail import ActivationLetter, CredentialsLetter, PortalLetters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from robot.flow.desk import Desk
    from robot.ledger import Effect
    from robot.mail import Ignored, Letter
    from robot.settings import Organisation
    from robot.vault import Vault

# The mail server's clock may run behind ours; within this span the number of the registration tells old from new, and of letters
# that name none their place after the one that does.
CLOCKS_APART = timedelta(seconds=60)
ACCOUNTS: Final = "portal/"
"""Accounts in the vault are named so, and then by the organisation's key: three rows, user name, password, activation."""
NO_ACTIVATION: Final = "-"
Found = TypeVar("Found", ActivationLetter, CredentialsLetter)


@dataclass(frozen=True)
class Credentials:
    """An organisation's account at the portal."""

    user_name: str
    password: SecretStr


def keep_account(vault: Vault, key: str, user_name: str, password: str, activation: str = NO_ACTIVATION) -> None:
    """Store an organisation's account at the portal, over an older one, with the activation it came of."""
    vault.set(f"{ACCOUNTS}{key}", f"{user_name}\n{password}\n{activation}")


class Post:
    """The mailbox of one organisation, and the credentials that came by it."""

    def __init__(self, desk: Desk, key: str, organisation: Organisation) -> None:
        self._desk = desk
        self._organisation = organisation
        self._mailbox = OrganisationMailbox(desk.settings, desk.vault, organisation, desk.tape)
        self._letters = PortalLetters(self._mailbox.mail, desk.settings.portal.hosts)
        self._key = key
        self._name = f"{ACCOUNTS}{key}"

    def check(self) -> None:
        """See that the vault opens and the mailbox can be read, before anything is started that needs them.

        Raises:
            UsageError: a setting, the vault or the mailbox's password is wrong.
            MailUnavailable: the mail server cannot be reached.
        """
        self._desk.vault.names()
        with self._mailbox.open():
            pass

    def activation_code(self, registration: Effect) -> ActivationLetter:
        """Wait for the letter with the activation code of a registration.

        Raises:
            MailAwaited: it has not come in the time of `timers.mail_s`.
        """
        return self._wait("activation", registration.intended, self._activation(registration))

    def credentials_letter(self, activation: Effect) -> CredentialsLetter:
        """Wait for the letter with user name and password that follows an activation.

        Raises:
            MailAwaited: it has not come in the time of `timers.mail_s`.
        """
        return self._wait("credentials", activation.intended, self._credentials(activation))

    def registration_seen(self, registration: Effect) -> Receipt | None:
        """Look-up of a registration whose outcome is not known: its letter has come, so the portal has taken it."""
        letter = self._look(registration.intended, self._activation(registration))[0]
        return Receipt(kind="registration", number=letter.registration or "") if letter is not None else None

    def activation_seen(self, activation: Effect) -> Receipt | None:
        """Look-up of an activation whose outcome is not known: the credentials have come, so the portal has taken it."""
        letter = self._look(activation.intended, self._credentials(activation))[0]
        number = activation.detail.get("registration", "")
        return Receipt(kind="activation", number=number) if letter is not None else None

    def keep(self, letter: CredentialsLetter, activation: Effect) -> None:
        """Store user name and password, and the activation they belong to, in the vault."""
        keep_account(self._desk.vault, self._key, letter.user_name, letter.password.get_secret_value(), activation.key)

    def has_credentials(self, activation: Effect) -> bool:
        """Whether the vault holds the credentials of this very activation."""
        return self._desk.vault.has(self._name) and self._kept()[2] == activation.key

    def credentials(self) -> Credentials:
        """The organisation's credentials; the redactor knows the password from now on.

        Raises:
            UsageError: there are none.
        """
        if not self._desk.vault.has(self._name):
            raise UsageError("credentials_absent", organisation=self._organisation.name, key=self._key)
        user_name, password, _ = self._kept()
        self._desk.redactor.learn("password", password)
        return Credentials(user_name, SecretStr(password))

    def _kept(self) -> tuple[str, str, str]:
        rows = self._desk.vault.get(self._name).splitlines()  # a person may have written it by a file of Windows
        if len(rows) != 3:  # noqa: PLR2004 - user name, password, activation, as `keep` writes them
            raise VaultClosed("vault_entry_wrong", name=self._name)
        return rows[0], rows[1], rows[2]

    def _activation(self, registration: Effect) -> Callable[[Sequence[Letter]], tuple[ActivationLetter | None, list[Ignored]]]:
        number = (registration.receipt or {}).get("number") or None
        since = registration.intended - CLOCKS_APART
        return lambda letters: self._letters.newest_activation(letters, self._organisation.tax_code, number, since)

    def _credentials(self, activation: Effect) -> Callable[[Sequence[Letter]], tuple[CredentialsLetter | None, list[Ignored]]]:
        since, number = activation.intended - CLOCKS_APART, activation.detail.get("registration") or None
        return lambda letters: self._letters.newest_credentials(letters, self._organisation.tax_code, since, number)

    def _wait(self, what: str, since: datetime, read: Callable[[Sequence[Letter]], tuple[Found | None, list[Ignored]]]) -> Found:
        timers = self._desk.settings.timers
        deadline = time.monotonic() + timers.mail_s
        ignored: list[Ignored] = []
        while True:
            try:
                found, ignored = self._look(since, read)
            except MailUnavailable:
                if time.monotonic() > deadline:
                    raise
                found = None
            if found is not None:
                self._note(what, found, ignored)
                return found
            if time.monotonic() > deadline:
                raise MailAwaited("mail_awaited", what=what, seconds=f"{timers.mail_s:g}", ignored=len(ignored))
            self._desk.cancel.wait(timers.mail_poll_s)

    def _look(
        self, since: datetime, read: Callable[[Sequence[Letter]], tuple[Found | None, list[Ignored]]]
    ) -> tuple[Found | None, list[Ignored]]:
        with self._mailbox.open() as mailbox:
            found, ignored = read(mailbox.letters(since - CLOCKS_APART))
        if isinstance(found, ActivationLetter):
            self._desk.redactor.learn("activation code", found.code.get_secret_value())
        elif found is not None:
            self._desk.redactor.learn("password", found.password.get_secret_value())
        return found, ignored

    def _note(self, what: str, found: ActivationLetter | CredentialsLetter, ignored: list[Ignored]) -> None:
        """Heads of the letters, never their text, go to the evidence."""
        self._desk.folder.note("mails", kind=what, used=True, **found.letter.head)
        for passed_over in ignored:
            self._desk.folder.note("mails", kind=what, used=False, why=passed_over.why.say("en"), **passed_over.head)

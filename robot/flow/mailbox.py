"""The mailbox of one organisation: whose settings hold, and its password from the vault."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from robot.flow.tape import NoTape
from robot.mail import open_mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from robot.flow.tape import Tape
    from robot.mail import Letter, Mailbox
    from robot.settings import Mail, Organisation, Settings
    from robot.vault import Vault


class OrganisationMailbox:
    """Opened anew for each look; `mail` are the settings with the organisation's own over them."""

    def __init__(self, settings: Settings, vault: Vault, organisation: Organisation, tape: Tape | None = None) -> None:
        own = {name: value for name, value in organisation.mail.model_dump().items() if value is not None}
        self.mail: Mail = settings.mail.model_copy(update=own)
        self._vault = vault
        self._tape = tape or NoTape()
        self._password: str | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[Mailbox]:
        """The mailbox, closed at the end of the block; see `robot.mail.open_mailbox`.

        The password is read once: opening the vault is slow on purpose, and the mailbox is asked often.
        """
        if self._password is None and self.mail.password:
            self._password = self._vault.get(self.mail.password)
        with open_mailbox(self.mail, self._password) as mailbox:
            yield _Heard(mailbox, self._tape)


class _Heard:
    """A mailbox whose letters are heard by the run's tape as they are read."""

    def __init__(self, mailbox: Mailbox, tape: Tape) -> None:
        self._mailbox = mailbox
        self._tape = tape

    def letters(self, since: datetime) -> list[Letter]:
        """See `robot.mail.Mailbox`."""
        letters = self._mailbox.letters(since)
        self._tape.letters(letters)
        return letters

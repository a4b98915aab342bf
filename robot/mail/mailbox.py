"""A mailbox as a flow sees it, whichever kind the settings name; reading changes nothing in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from robot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from robot import settings
    from robot.mail.letter import Letter


class Mailbox(Protocol):
    """Letters, oldest first."""

    def letters(self, since: datetime) -> list[Letter]:
        """The letters that arrived at `since` (an aware time, taken to the second) or later, oldest first.

        Raises:
            MailUnavailable: `mail_unreachable`.
        """


@contextmanager
def open_mailbox(mail: settings.Mail, password: str | None) -> Iterator[Mailbox]:
    """The mailbox that the settings name, closed at the end of the block.

    Raises:
        SettingsError: `setting_needed`, `mail_refused` (log-in), `mail_folder_absent`.
        MailUnavailable: `mail_unreachable`: no connection, no trust in the server's certificate, no answer.
    """
    if mail.kind == "maildir":
        from robot.mail.maildir import MaildirMailbox  # noqa: PLC0415 - a run needs one of the two

        if mail.maildir is None:
            raise SettingsError("setting_needed", key="mail.maildir")
        yield MaildirMailbox(mail.maildir)
        return

    from robot.mail.imap import ImapMailbox  # noqa: PLC0415 - the same

    for key, value in (("mail.host", mail.host), ("mail.user", mail.user), ("mail.password", password)):
        if not value:
            raise SettingsError("setting_needed", key=key)
    mailbox = ImapMailbox(mail, password or "")
    try:
        mailbox.connect()
        yield mailbox
    finally:
        mailbox.close()

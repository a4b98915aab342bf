"""A mailbox behind IMAP over TLS; the folder is opened read-only, so that not even the mark "seen" changes."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from imap_tools import AND, MailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from robot.errors import MailUnavailable, SettingsError
from robot.mail.letter import LARGEST_BYTES, Letter, read_letter

if TYPE_CHECKING:
    from robot import settings

TIMEOUT_S = 20.0  # for one answer of the server
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_BROKEN = (OSError, imaplib.IMAP4.error, ImapToolsError)


class ImapMailbox:
    """Letters on a server; a connection lost between two looks is made anew, once a look."""

    def __init__(self, mail: settings.Mail, password: str) -> None:
        self._mail = mail
        self._password = password
        self._box: MailBox | None = None
        self._read: dict[str, Letter] = {}  # by uid, of this connection

    def __repr__(self) -> str:
        return f"ImapMailbox({self._mail.user} on {self._mail.host})"

    def connect(self) -> None:
        """Connect, log in and open the folder; see `open_mailbox` for what can go wrong."""
        self._read.clear()
        mail = self._mail
        try:
            trust = ssl.create_default_context(cafile=str(mail.ca_file) if mail.ca_file else None)
            self._box = MailBox(mail.host, mail.port, timeout=TIMEOUT_S, ssl_context=trust)
        except (*_BROKEN, ValueError) as wrong:
            raise self._unreachable(wrong) from wrong
        self._log_in(self._box)
        try:
            self._box.folder.set(mail.folder, readonly=True)
        except MailboxFolderSelectError as wrong:
            raise SettingsError("mail_folder_absent", user=mail.user, host=mail.host, folder=mail.folder) from wrong
        except _BROKEN as wrong:
            raise self._unreachable(wrong) from wrong

    def _log_in(self, box: MailBox) -> None:
        """Errors of the log-in are not chained: none may carry the password."""
        refused = SettingsError("mail_refused", user=self._mail.user, host=self._mail.host)
        if not (self._mail.user + self._password).isprintable():  # a line break would be a command of its own
            raise refused
        ascii_only = (self._mail.user + self._password).isascii()
        log_in = box.login if ascii_only else box.login_utf8
        try:
            log_in(self._mail.user, self._password, initial_folder=None)
        except imaplib.IMAP4.abort as wrong:
            raise self._unreachable(wrong) from None
        except (MailboxLoginError, imaplib.IMAP4.error):
            raise refused from None
        except OSError as wrong:
            raise self._unreachable(wrong) from None

    def letters(self, since: datetime) -> list[Letter]:
        """See `Mailbox.letters`."""
        try:
            return self._letters(since)
        except _BROKEN:
            self.close()
        self.connect()
        try:
            return self._letters(since)
        except _BROKEN as wrong:
            raise self._unreachable(wrong) from wrong

    def _letters(self, since: datetime) -> list[Letter]:
        if self._box is None:
            message = "not connected"
            raise OSError(message)
        box, since = self._box, since.replace(microsecond=0)
        box.client.noop()  # lets the server tell of what has arrived
        # A server searches by days of its own zone: one day more, then exactly.
        for uid in box.uids(AND(date_gte=(since - timedelta(days=1)).date())):
            if uid not in self._read and (letter := _fetch(box, uid)) is not None:
                self._read[uid] = letter
        found = [letter for letter in self._read.values() if letter.received >= since]
        return sorted(found, key=lambda letter: letter.received)

    def close(self) -> None:
        """Log out, whatever the server still says to it."""
        box, self._box = self._box, None
        if box is not None:
            with suppress(*_BROKEN):
                box.logout()

    def _unreachable(self, why: object) -> MailUnavailable:
        return MailUnavailable("mail_unreachable", user=self._mail.user, host=self._mail.host, why=why)


def _fetch(box: MailBox, uid: str) -> Letter | None:
    """One letter without marking it; no more of it than is read. None where it has gone meanwhile.

    `BODY.PEEK[]<0.n>` (RFC 3501, 6.4.5) gives the first n bytes, and one byte too many tells that there is more.
    """
    status, answer = box.client.uid("FETCH", uid, f"(INTERNALDATE BODY.PEEK[]<0.{LARGEST_BYTES + 1}>)")
    pieces = [piece for item in answer or () for piece in (item if isinstance(item, tuple) else (item,)) if piece]
    raw = next((item[1] for item in answer or () if isinstance(item, tuple)), None)
    date = next((found[1] for piece in pieces if (found := _DATE.search(piece))), None)
    if status != "OK" or raw is None or date is None:
        return None
    try:
        received = parsedate_to_datetime(date.decode("ascii").strip().replace("-", " ", 2))
    except ValueError:
        return None
    return read_letter(raw, received)

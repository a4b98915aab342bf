"""One mail, read tolerantly: whatever is broken in it comes out as something missing, never as an error."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING

from robot.mail.markup import read_html, read_tables
from robot.mail.web_links import in_text

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import Message

    from robot.mail.markup import Table

LARGEST_BYTES = 1024 * 1024
LONGEST_HEADER = 1000
_ATOM = r"[^<>@\s\",;:()\[\]\\]+"
# One address (RFC 5322, without groups, comments, routes and quoted local parts, which no portal needs).
_FROM = re.compile(rf'\s*(?:(?:"(?:[^"\\]|\\.)*"|[^<>@",;:()])*<({_ATOM}@{_ATOM})>|({_ATOM}@{_ATOM}))\s*')
_BROKEN = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError, HeaderParseError, MessageError)


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail: its name, and its bytes as they were sent."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A mail: its text may hold secrets, so neither text nor links stand in its `repr`; `head` is what evidence may show.

    `sender` is the one address of the one From header in lower case, empty when there is none or several. `received` is when
    the mailbox took it in (aware). `text` is that of the plain parts, else of the HTML parts, in NFC; `links` are all
    addresses in either. `too_large` tells that there was more than a megabyte, and `text` is empty then. `tables` are those of
    the HTML parts. `raw` are the mail's bytes as they came, for a recorder.
    """

    message_id: str
    sender: str
    subject: str
    received: datetime
    text: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    too_large: bool = False
    tables: tuple[Table, ...] = field(default=(), repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    raw: bytes = field(default=b"", repr=False, compare=False)

    @property
    def head(self) -> dict[str, str]:
        """Message id, sender, subject and time (ISO 8601), for evidence."""
        return {
            "message_id": self.message_id,
            "sender": self.sender,
            "subject": self.subject,
            "received": self.received.isoformat(),
        }


def read_letter(raw: bytes, received: datetime) -> Letter:
    """The letter in the bytes of a mail; over a megabyte, its head alone is read."""
    too_large = len(raw) > LARGEST_BYTES
    try:
        message = message_from_bytes(_head_of(raw) if too_large else raw, policy=policy.compat32)
        body = _Body() if too_large else _body(message)
    except _BROKEN:
        message = message_from_bytes(_head_of(raw), policy=policy.compat32)
        body = _Body()
    return Letter(
        message_id=_header(message, "Message-ID"),
        sender=_sender(message),
        subject=_header(message, "Subject"),
        received=received,
        text=body.text,
        links=body.links,
        too_large=too_large,
        tables=body.tables,
        attachments=body.attachments,
        raw=raw,
    )


def _head_of(raw: bytes) -> bytes:
    """The header's bytes, without the content type that would make an empty body a defect."""
    head = re.split(rb"\r?\n\r?\n", raw[:LARGEST_BYTES], maxsplit=1)[0]
    return head + b"\n\n"


def _header(message: Message, name: str) -> str:
    raw = message.get(name)
    if raw is None:
        return ""
    written = " ".join(str(raw)[:LONGEST_HEADER].split())
    try:
        decoded = str(make_header(decode_header(written)))
    except _BROKEN:
        decoded = written
    return _clean(" ".join(decoded.split()))


def _sender(message: Message) -> str:
    written = message.get_all("From", [])
    if len(written) != 1 or len(str(written[0])) > LONGEST_HEADER:
        return ""
    found = _FROM.fullmatch(str(written[0]))
    address = (found[1] or found[2]) if found else ""
    return address.lower() if address.isascii() else ""


@dataclass(frozen=True)
class _Body:
    """What a mail holds beside its head."""

    text: str = ""
    links: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def _body(message: Message) -> _Body:
    plain: list[str] = []
    marked_up: list[str] = []
    links: list[str] = []
    tables: list[Table] = []
    attachments: list[Attachment] = []
    for part in message.walk():
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            held = part.get_payload(decode=True)
            if isinstance(held, bytes):
                attachments.append(Attachment(_clean(str(part.get_filename() or ""))[:LONGEST_HEADER], held))
            continue
        if kind not in {"text/plain", "text/html"}:
            continue
        text = _decoded(part)
        if kind == "text/html":
            tables += read_tables(text)
            text, found = read_html(text)
            marked_up.append(text)
            links += found
        else:
            plain.append(text)
        links += in_text(text)
    return _Body(_clean("\n".join(plain or marked_up)), tuple(dict.fromkeys(links)), tuple(tables), tuple(attachments))


def _decoded(part: Message) -> str:
    """The text of a part; letters that its charset does not know become U+FFFD, an unknown charset counts as UTF-8."""
    held = part.get_payload(decode=True)
    if not isinstance(held, bytes):
        return ""
    try:
        return held.decode(str(part.get_content_charset() or "utf-8"), "replace")
    except _BROKEN:
        return held.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """NFC, and nothing that cannot be written as UTF-8 again (lone surrogates of undecodable headers)."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))

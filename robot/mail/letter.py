"""One mail, read tolerantly: whatever is broken in it comes out as something missing, never as an error."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING

from robot.mail.markup import read_html
from robot.mail.web_links import in_text

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import Message

LARGEST_BYTES = 1024 * 1024
LONGEST_HEADER = 1000
_ATOM = r"[^<>@\s\",;:()\[\]\\]+"
# One address (RFC 5322, without groups, comments, routes and quoted local parts, which no portal needs).
_FROM = re.compile(rf'\s*(?:(?:"(?:[^"\\]|\\.)*"|[^<>@",;:()])*<({_ATOM}@{_ATOM})>|({_ATOM}@{_ATOM}))\s*')
_BROKEN = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError, HeaderParseError, MessageError)


@dataclass(frozen=True)
class Letter:
    """A mail: its text may hold secrets, so neither text nor links stand in its `repr`; `head` is what evidence may show.

    `sender` is the one address of the one From header in lower case, empty when there is none or several. `received` is when
    the mailbox took it in (aware). `text` is that of the plain parts, else of the HTML parts, in NFC; `links` are all
    addresses in either. `too_large` tells that there was more than a megabyte, and `text` is empty then.
    """

    message_id: str
    sender: str
    subject: str
    received: datetime
    text: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    too_large: bool = False

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
        text, links = ("", ()) if too_large else _body(message)
    except _BROKEN:
        message = message_from_bytes(_head_of(raw), policy=policy.compat32)
        text, links = "", ()
    return Letter(
        message_id=_header(message, "Message-ID"),
        sender=_sender(message),
        subject=_header(message, "Subject"),
        received=received,
        text=text,
        links=links,
        too_large=too_large,
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


def _body(message: Message) -> tuple[str, tuple[str, ...]]:
    plain: list[str] = []
    marked_up: list[str] = []
    links: list[str] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind not in {"text/plain", "text/html"} or part.get_content_disposition() == "attachment":
            continue
        text = _decoded(part)
        if kind == "text/html":
            text, found = read_html(text)
            marked_up.append(text)
            links += found
        else:
            plain.append(text)
        links += in_text(text)
    return _clean("\n".join(plain or marked_up)), tuple(dict.fromkeys(links))


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

"""A mail written anew with its texts changed: with placeholders for a recording, with made-up values for a replay."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final, cast

from robot.recording.exchanges import is_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.headerregistry import BaseHeader

HEADERS: Final = ("From", "To", "Subject", "Date", "Message-ID")  # the others say by whose servers it came
_HEADERS: Final = HeaderRegistry()
for _name in HEADERS:  # `{ORG:email}` is no group of addresses
    _HEADERS.map_to_type(_name, cast("type[BaseHeader]", UnstructuredHeader))  # typeshed draws it apart
_READING: Final = policy.default.clone(header_factory=_HEADERS)
_SENT: Final = _READING.clone(max_line_length=998)
_KEPT: Final = _SENT.clone(utf8=True)


def rewritten(mail: bytes, change: Callable[[str], str], *, readable: bool = False) -> bytes:
    """The mail with `change` made in its head and each of its texts; an attachment that is no text becomes as many zeros.

    Texts are UTF-8 and stand as they are (8bit); a `readable` mail's head does so too, as no mailbox would have it.
    """
    read = message_from_bytes(mail, policy=_READING)
    made = EmailMessage(policy=_KEPT if readable else _SENT)
    for name in HEADERS:
        if read[name] is not None:
            made[name] = change(str(read[name]))
    leaves = [part for part in read.walk() if not part.is_multipart()]
    bodies = [part for part in leaves if not _attached(part) and part.get_content_maintype() == "text"]
    for number, part in enumerate(bodies):
        add = made.set_content if number == 0 else made.add_alternative
        add(change(_text(part)), subtype=part.get_content_subtype(), charset="utf-8", cte="8bit")
    for part in leaves:
        if _attached(part):
            held = cast("bytes", part.get_payload(decode=True) or b"")
            text = is_text(part.get_content_type())
            made.add_attachment(
                change(_text(part)).encode() if text else b"\0" * len(held),
                maintype=part.get_content_maintype(),
                subtype=part.get_content_subtype(),
                filename=change(part.get_filename() or ""),
                cte="base64",
            )
    return made.as_bytes()


def _attached(part: Any) -> bool:
    return bool(part.get_content_disposition() == "attachment")


def _text(part: Any) -> str:
    """The part's text with plain line ends; letters that its charset does not know become U+FFFD."""
    held = part.get_payload(decode=True) or b""
    try:
        text = held.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = held.decode("utf-8", "replace")
    return str(text).replace("\r\n", "\n")

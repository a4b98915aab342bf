"""An exchange: what the browser asked the portal, and what it was answered; the same value whether recorded or met live."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.recording.placeholders import Register

# Of all headers these are kept: they say how a body is to be read, or where to go. None of them names a person or a session.
KEPT_HEADERS: Final = frozenset(
    {"accept", "cache-control", "content-disposition", "content-language", "content-security-policy", "content-type", "location"}
    | {"refresh", "x-content-type-options", "x-frame-options", "x-requested-with"}
)
STATIC: Final = frozenset({"script", "stylesheet", "font", "manifest"})  # Playwright's resource types
_TEXT: Final = re.compile(r"text/.*|application/(.*\+)?(json|xml|javascript|x-www-form-urlencoded|ecmascript)|image/svg\+xml")
_MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True)
class Part:
    """A part of an upload: a field's value, or a file's name and kind with its content as text or base64."""

    name: str
    value: str
    file_name: str | None = None
    mime: str = ""


@dataclass(frozen=True)
class Posted:
    """What was sent with a request: a text, or the parts of a form with files, whose boundary says nothing."""

    mime: str
    text: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `after_s` is from the run's begin, `step` counts from 0. A failed one has status 0.

    `kind` is Playwright's resource type. `body` holds placeholders where it is text (`is_text`).
    """

    step: int
    after_s: float
    seconds: float
    kind: str
    method: str
    url: str
    status: int
    request_headers: tuple[tuple[str, str], ...] = ()
    posted: Posted | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    failure: str = ""

    @property
    def mime(self) -> str:
        """Kind of the body, as the answer says it."""
        return dict(self.headers).get("content-type", "")

    @property
    def is_text(self) -> bool:
        """Whether the body is a text."""
        return is_text(self.mime)

    @property
    def endpoint(self) -> str:
        """Method and path: exchanges of one endpoint are in order among themselves."""
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def static(self) -> bool:
        """Whether it is a part of the page that may be asked for as often as one likes."""
        return self.method == "GET" and self.kind in STATIC


def is_text(mime: str) -> bool:
    """Whether a body of this kind is a text, in UTF-8."""
    return bool(_TEXT.fullmatch(mime.partition(";")[0].strip().lower()))


def kept(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers that a recording keeps, names in lower case: no cookie, no authorization, nothing unknown."""
    lower = {name.lower(): value for name, value in headers.items()}
    return tuple((name, lower[name]) for name in sorted(KEPT_HEADERS & lower.keys()))


def read_posted(mime: str, body: bytes, files: Mapping[bytes, str] | None = None) -> Posted:
    """What was sent; a part whose bytes are one of `files` has that name's text for its value."""
    kind = mime.partition(";")[0].strip().lower()
    if kind != _MULTIPART:
        return Posted(mime, body.decode("utf-8", "replace"))
    message = message_from_bytes(b"Content-Type: " + mime.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    parts = message.iter_parts() if message.is_multipart() else ()
    return Posted(kind, parts=tuple(_part(part, files or {}) for part in parts))


def _part(part: Any, files: Mapping[bytes, str]) -> Part:
    held = part.get_payload(decode=True)
    held = held if isinstance(held, bytes) else b""
    name = str(part.get_param("name", "", "content-disposition"))
    file_name = part.get_filename()
    value = files.get(held) or held.decode("utf-8", "replace")
    return Part(name, value, file_name, part.get_content_type() if file_name is not None else "")


def hidden(exchange: Exchange, register: Register) -> Exchange:
    """The same exchange with placeholders in place of the register's values."""
    posted = exchange.posted
    if posted is not None:
        parts = tuple(
            Part(part.name, register.hide(part.value), part.file_name and register.hide(part.file_name), part.mime)
            for part in posted.parts
        )
        posted = Posted(posted.mime, register.hide(posted.text), parts)
    body = exchange.body
    if exchange.is_text:
        body = register.hide(body.decode("utf-8", "replace")).encode()
    return Exchange(
        exchange.step,
        exchange.after_s,
        exchange.seconds,
        exchange.kind,
        exchange.method,
        register.hide(exchange.url),
        exchange.status,
        tuple((name, register.hide(value)) for name, value in exchange.request_headers),
        posted,
        register.hide(exchange.reason),
        tuple((name, register.hide(value)) for name, value in exchange.headers),
        body,
        register.hide(exchange.failure),
    )


def fields_of(posted: Posted | None) -> dict[str, Any]:
    """What was sent as names and values, for comparing one request with another: JSON, a form, parts; a bare text as ``""``."""
    if posted is None:
        return {}
    if posted.parts:
        return {part.name: part.value for part in posted.parts}
    if "json" in posted.mime:
        try:
            held = json.loads(posted.text)
        except ValueError:
            held = None
        if isinstance(held, dict):
            return held
    if "x-www-form-urlencoded" in posted.mime:
        return dict(parse_qsl(posted.text, keep_blank_values=True))
    return {"": posted.text} if posted.text else {}

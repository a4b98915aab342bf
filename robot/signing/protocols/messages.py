"""Reading messages strictly: what is not exactly a message is refused by a code, never half understood."""

from __future__ import annotations

import binascii
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Message = dict[str, Any]

LARGEST_REQUEST = 8192  # bytes; both protocols' own limit
HASH_BYTES = {"SHA-1": 20, "SHA-224": 28, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64}
# What an agent may refuse with; each protocol says it in its own words.
CODES = frozenset(
    {"user_cancel", "no_certificates", "invalid_argument", "not_allowed"}
    | {"technical_error", "driver_error", "pin_blocked", "timeout"}
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")


class Refused(Exception):  # noqa: N818 - the name says what happened, as in robot.errors
    """A request that gets `code` for its answer; `str()` of it is the sentence beside the code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse(payload: bytes) -> Message:
    """One frame's payload as a message: a JSON object in UTF-8, no key twice.

    Raises:
        Refused: `invalid_argument`; it is anything else.
    """
    try:
        message = json.loads(payload.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError; nesting ends in a RecursionError
        raise Refused("invalid_argument", "not JSON in UTF-8") from error
    if not isinstance(message, dict):
        raise Refused("invalid_argument", "not an object")
    return message


def only(message: Mapping[str, Any], required: Collection[str], optional: Collection[str] = ()) -> None:
    """Refuse a message that lacks a required key or has one that nobody asked for."""
    lacking = [name for name in required if name not in message]
    if lacking:
        raise Refused("invalid_argument", f"{lacking[0]} is required")
    if any(name not in required and name not in optional for name in message):
        raise Refused("invalid_argument", "unknown key")


def text(message: Mapping[str, Any], name: str) -> str:
    """A string that is there and not blank."""
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("invalid_argument", f"{name} must be a text")
    return value


def language(message: Mapping[str, Any]) -> str:
    """The language asked for, `vi` where none is; only something that looks like a language tag."""
    value = message.get("lang")
    if value is None or value == "":
        return "vi"
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise Refused("invalid_argument", "lang must be a language")
    return value


def from_hex(message: Mapping[str, Any], name: str) -> bytes:
    """Bytes written in hexadecimal, without blanks."""
    value = text(message, name)
    if not _HEX.fullmatch(value):
        raise Refused("invalid_argument", f"{name} is not hexadecimal")
    return bytes.fromhex(value)


def from_base64(message: Mapping[str, Any], name: str) -> bytes:
    """Bytes written in base64, in its one canonical form."""
    value = text(message, name)
    try:
        decoded = binascii.a2b_base64(value, strict_mode=True) if _BASE64.fullmatch(value) else b""
    except binascii.Error:
        decoded = b""
    if not decoded or binascii.b2a_base64(decoded, newline=False) != value.encode():
        raise Refused("invalid_argument", f"{name} is not base64")
    return decoded


def fitting(hash_function: str, digest: bytes) -> None:
    """Refuse a hash whose length is not its function's, or a function that is not known."""
    if HASH_BYTES.get(hash_function) != len(digest):
        raise Refused("invalid_argument", "the hash's length does not fit its function")


def allowed(origin: str, origins: Collection[str]) -> None:
    """Refuse an origin that is not https or not, letter by letter, on the list."""
    if not origin.startswith("https://") or origin not in origins:
        raise Refused("not_allowed", "this page may not use the signing key")


def _once(pairs: list[tuple[str, Any]]) -> Message:
    message = dict(pairs)
    if len(message) != len(pairs):
        raise ValueError("a key stands twice")
    return message


def _no_number(name: str) -> float:
    raise ValueError(name)

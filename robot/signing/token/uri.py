"""PKCS#11 URIs (RFC 7512): which token, which object on it, and which driver; never a PIN."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

from robot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.signing.token.token import Token

SCHEME = "pkcs11:"
_PATH = frozenset({"token", "serial", "manufacturer", "model", "object", "id", "type"})
_QUERY = frozenset({"module-path", "module-name"})
_TYPES = frozenset({"cert", "private", "public", "secret-key", "data"})
_WRITTEN = re.compile(r"(?:[A-Za-z0-9_.~:\[\]@!$'()*+,=&/?|-]|%[0-9A-Fa-f]{2})*")  # RFC 7512, 2.3, both components
_PIN = frozenset({"pin-value", "pin-source"})


@dataclass(frozen=True)
class TokenUri:
    """What a URI asks for; an attribute that is not there is None and matches everything. `id` is the raw CKA_ID."""

    token: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    object: str | None = None
    id: bytes | None = None
    type: str | None = None
    module_path: str | None = None
    module_name: str | None = None

    def matches(self, token: Token) -> bool:
        """Whether it means this token."""
        asked = (self.token, self.serial, self.manufacturer, self.model)
        found = (token.label, token.serial, token.manufacturer, token.model)
        return all(want is None or want == have for want, have in zip(asked, found, strict=True))


def parse_uri(text: str) -> TokenUri:
    """Read a PKCS#11 URI.

    An attribute that the robot cannot honour is refused and not passed over: a URI that says more than what is looked at
    could name another token.

    Raises:
        SettingsError: not such a URI, or it carries a PIN (`pin-value`, `pin-source`): a PIN has no place in a setting. The
            sentence repeats attributes' names, never their values.
    """
    if not text.casefold().startswith(SCHEME):
        raise _wrong("it does not begin with pkcs11:")
    path, _, query = text[len(SCHEME) :].partition("?")
    found: dict[str, str] = {}
    for part, separator, known in ((path, ";", _PATH), (query, "&", _QUERY)):
        for name, value in _pieces(part, separator, known):
            if name in found:
                raise _wrong("the attribute {} stands in it twice", name)
            found[name] = value
    key_id = found.pop("id", None)
    try:
        read = {name.replace("-", "_"): unquote(value, errors="strict") for name, value in found.items()}
    except UnicodeDecodeError as wrong:
        raise _wrong("an attribute is not UTF-8") from wrong
    if read.get("type", "cert") not in _TYPES:
        raise _wrong("the attribute type names no kind of object")
    return TokenUri(**read, id=None if key_id is None else unquote_to_bytes(key_id))


def _pieces(part: str, separator: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for piece in part.split(separator) if part else ():
        name, equals, value = piece.partition("=")
        if name in _PIN:
            raise _wrong("a PIN has no place in it; store the PIN with `vss-robot vault set`")
        if not equals:
            raise _wrong("an attribute without =")
        if name not in known:
            raise _wrong("the attribute {} is not used here", name)
        if not _WRITTEN.fullmatch(value):
            raise _wrong("the attribute {} holds characters that must be percent-encoded", name)
        yield name, value


def _wrong(why: str, name: str = "") -> SettingsError:
    return SettingsError("driver_uri_wrong", why=why.format(name))

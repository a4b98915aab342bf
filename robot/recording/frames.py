"""Frames of the signing protocols, with placeholders for what only a token can make and what is never the same twice."""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from cryptography import x509
from cryptography.x509.oid import NameOID

from robot.recording.made_up import like, secret_shape, shape_of, sized
from robot.recording.model import Frame
from robot.signing.token.certificate import serial_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from robot.recording.placeholders import Register
    from robot.signing.hearing import Heard

# Keys of both protocols' messages whose values are a token's, or made anew for each message.
CERTIFICATES: Final = frozenset({"cert", "certificate"})
_NAMES: Final = {"signature": "signature", "hash": "hash", "nonce": "nonce"}
# Of a certificate's subject: whose it is. Where that is, is everybody's.
NAMING: Final = frozenset(
    {NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME, NameOID.PSEUDONYM}
    | {NameOID.EMAIL_ADDRESS, NameOID.SERIAL_NUMBER, NameOID.USER_ID}
)
_DROPPED: Final = frozenset({"pid", "stderr"})  # facts of an event that say something of this machine


def learn_frames(heard: Iterable[Heard], register: Register) -> None:
    """Give each certificate, signature, hash and nonce its placeholder, and each name and number in a certificate."""
    for frame in heard:
        for key, value in _values(_message(frame.text)):
            if key in CERTIFICATES:
                learn_certificate(value, register)
            elif key in _NAMES:
                shape = sized("hex") if _is_hex(value) else sized("base64") if key != "nonce" else secret_shape
                register.add("TOKEN", _NAMES[key], value, shape)


def learn_certificate(written: str, register: Register) -> None:
    """Give a certificate (hexadecimal or base64 of its DER) its placeholder in either way of writing, and what stands in it."""
    try:
        der = bytes.fromhex(written) if _is_hex(written) else b64decode(written)
        certificate = x509.load_der_x509_certificate(der)
    except (ValueError, NotBase64):
        return
    register.add("TOKEN", "certificate", der.hex(), sized("hex"))
    register.add("TOKEN", "certificate_base64", b64encode(der).decode(), sized("base64"))
    register.add("TOKEN", "certificate_serial", serial_text(certificate.serial_number), sized("HEX"))
    for attribute in certificate.subject:
        value = attribute.value if isinstance(attribute.value, str) else attribute.value.decode("utf-8", "replace")
        kind, colon, number = value.partition(":")
        if colon and kind.strip().isupper():  # MST:…, CCCD:…
            register.add("PERSON", "number", number.strip(), like)
        elif attribute.oid in NAMING:
            register.add("PERSON", "subject", value, shape_of)


def frames_of(heard: Iterable[Heard], begun: float, register: Register) -> Iterator[Frame]:
    """The frames of a recording; `begun` is the run's begin, seconds since 1970. A port is a relay's process, from 1."""
    ports: dict[int, int] = {}
    for each in heard:
        port = ports.setdefault(each.relay, len(ports) + 1)
        event = each.direction == "event"
        facts = {name: value for name, value in each.facts.items() if name not in _DROPPED} if event else _message(each.text)
        yield Frame(
            port=port,
            after_s=round(max(each.at - begun, 0), 3),
            direction=cast("Literal['browser>host', 'host>browser', 'event']", each.direction),
            kind=each.kind,
            message=register.hide_data(facts) if isinstance(facts, dict) else None,
        )


def _message(text: str) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)
    return None


def _values(message: Any) -> Iterator[tuple[str, str]]:
    if isinstance(message, dict):
        for key, value in message.items():
            if isinstance(value, str) and value:
                yield key, value
            else:
                yield from _values(value)
    elif isinstance(message, list):
        for value in message:
            yield from _values(value)


def _is_hex(value: str) -> bool:
    try:
        bytes.fromhex(value)
    except ValueError:
        return False
    return True

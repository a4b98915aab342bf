"""The token: its PKCS#11 driver found and loaded, what is plugged in, and one session that logs in and signs."""

from typing import TYPE_CHECKING

from robot.lazy import fetched

if TYPE_CHECKING:
    from robot.signing.token.algorithms import HASHES, Algorithm, Scheme, ecdsa_der
    from robot.signing.token.certificate import TokenCertificate, read_certificate, serial_text
    from robot.signing.token.driver import Driver, open_driver
    from robot.signing.token.find import find_driver, known_drivers
    from robot.signing.token.listing import list_tokens
    from robot.signing.token.session import CallLog, TokenSession
    from robot.signing.token.slots import SlotEvent
    from robot.signing.token.token import PinState, Token
    from robot.signing.token.uri import TokenUri, parse_uri

__all__ = [
    "HASHES",
    "Algorithm",
    "CallLog",
    "Driver",
    "PinState",
    "Scheme",
    "SlotEvent",
    "Token",
    "TokenCertificate",
    "TokenSession",
    "TokenUri",
    "ecdsa_der",
    "find_driver",
    "known_drivers",
    "list_tokens",
    "open_driver",
    "parse_uri",
    "read_certificate",
    "serial_text",
]

__getattr__ = fetched(
    __name__,
    {
        "algorithms": "HASHES Algorithm Scheme ecdsa_der",
        "certificate": "TokenCertificate read_certificate serial_text",
        "driver": "Driver open_driver",
        "find": "find_driver known_drivers",
        "listing": "list_tokens",
        "session": "CallLog TokenSession",
        "slots": "SlotEvent",
        "token": "PinState Token",
        "uri": "TokenUri parse_uri",
    },
)

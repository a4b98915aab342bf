"""Between the agent's values and the words of its channel: codes for errors, algorithms, bytes as text."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from robot.errors import CertificateNotOffered, DriverFailed, LogInFailed, PinCancelled, RobotError, TokenGone
from robot.signing.agent.seams import Refusal

if TYPE_CHECKING:
    from robot.signing.agent.seams import Code
    from robot.signing.token import Algorithm


def code_of(wrong: RobotError) -> Code:
    """The protocol's code for an error of the token's."""
    if isinstance(wrong, PinCancelled):
        return "user_cancel"
    kinds: tuple[tuple[type[RobotError], Code], ...] = (
        (LogInFailed, "pin_blocked"),
        (TokenGone, "no_certificates"),
        (CertificateNotOffered, "no_certificates"),
        (DriverFailed, "driver_error"),
    )
    return next((code for kind, code in kinds if isinstance(wrong, kind)), "technical_error")


def algorithm_said(algorithm: Algorithm) -> dict[str, str]:
    """An algorithm in the words of web-eid, where a scheme without padding is NONE."""
    padding = "NONE" if algorithm.scheme == "ECDSA" else algorithm.scheme
    return {"cryptoAlgorithm": algorithm.crypto, "hashFunction": algorithm.hash_function, "paddingScheme": padding}


def unhex(text: str) -> bytes:
    """The hash; refused where it is not hexadecimal."""
    try:
        return binascii.unhexlify(text)
    except ValueError as wrong:
        raise Refusal("invalid_argument", "the hash is not hexadecimal") from wrong


def unbase64(text: str) -> bytes:
    """The certificate; refused where it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as wrong:
        raise Refusal("invalid_argument", "the certificate is not base64") from wrong

"""Choosing the certificate: the one that settings pin, and never another one though it were plugged in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from robot import identifiers
from robot.clock import shown
from robot.errors import CertificateExpired, CertificateNotOffered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.signing.agent.config import AgentConfig
    from robot.signing.token import Token, TokenCertificate

SIGNING: Final = frozenset({"content_commitment", "digital_signature"})


def choose(tokens: Sequence[Token], config: AgentConfig) -> tuple[Token, TokenCertificate]:
    """The certificate of the organisation's tax code (and of the serial, where one is pinned), and the token it is on.

    Of several the one issued last, as after a renewal; one that has run out is never taken (CertificateExpired).

    Raises:
        CertificateNotOffered: there is none.
    """
    now = datetime.now(UTC)
    found = [
        (token, certificate)
        for token in tokens
        if not config.serial or token.serial == config.serial
        for certificate in token.certificates
        if _is_pinned(certificate, config) and _can_sign(certificate)
    ]
    if not found:
        raise CertificateNotOffered("certificate_absent", tax_code=config.tax_code)
    valid = [pair for pair in found if pair[1].not_before <= now <= pair[1].not_after]
    if not valid:
        last = max(found, key=lambda pair: pair[1].not_after)[1]
        raise CertificateExpired(
            "certificate_expired", tax_code=config.tax_code, since=shown(last.not_before), until=shown(last.not_after)
        )
    return max(valid, key=lambda pair: (pair[1].not_before, pair[1].serial))


def _is_pinned(certificate: TokenCertificate, config: AgentConfig) -> bool:
    of_organisation = any(identifiers.same_tax_code(code, config.tax_code) for code in certificate.tax_codes)
    serial = config.certificate_serial
    return of_organisation and (not serial or int(certificate.serial, 16) == int(serial, 16))


def _can_sign(certificate: TokenCertificate) -> bool:
    usage = certificate.key_usage
    return not certificate.is_authority and certificate.has_key is not False and (not usage or bool(SIGNING & set(usage)))

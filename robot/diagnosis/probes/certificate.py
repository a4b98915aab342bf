"""The organisation's certificate on its token: there, of its tax code, meant for signing, valid today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from robot.clock import shown
from robot.diagnosis.probe import Probe, broken, ok, unknown
from robot.identifiers import same_tax_code

if TYPE_CHECKING:
    from robot.settings import Organisation
    from robot.signing.token import Token, TokenCertificate

_SIGNING: Final = frozenset({"content_commitment", "digital_signature"})


def look_at_certificate(token: Token | None, organisation: Organisation | None, now: datetime | None = None) -> Probe:
    """The certificate that would sign for the organisation; of several the one issued last, as the robot itself chooses."""
    if token is None or organisation is None:
        return unknown("certificate", "not_looked_at_token")
    tax_code = organisation.tax_code
    held = [
        certificate for certificate in token.certificates if not certificate.is_authority and certificate.has_key is not False
    ]
    if not held:
        return broken("certificate_missing", token=f"{token.label} ({token.serial})")
    own = [certificate for certificate in held if _is_pinned(certificate, organisation)]
    if not own:
        found = ", ".join(code for certificate in held for code in certificate.tax_codes or (certificate.subject,))
        return broken("certificate_other_organisation", tax_code=tax_code, found=found)
    signing = [certificate for certificate in own if _can_sign(certificate)]
    if not signing:
        usage = ", ".join(own[0].key_usage)
        return broken("certificate_key_usage", tax_code=tax_code, usage=usage)
    return _by_date(signing, tax_code, now or datetime.now(UTC))


def _by_date(signing: list[TokenCertificate], tax_code: str, today: datetime) -> Probe:
    valid = [certificate for certificate in signing if certificate.not_before <= today <= certificate.not_after]
    if valid:
        last = max(valid, key=lambda certificate: certificate.not_before)
        return ok("certificate", "certificate", tax_code=tax_code, until=shown(last.not_after))
    last = max(signing, key=lambda certificate: certificate.not_after)
    if today < last.not_before:
        return broken("certificate_not_yet_valid", tax_code=tax_code, since=shown(last.not_before))
    return broken("certificate_expired", tax_code=tax_code, until=shown(last.not_after))


def _is_pinned(certificate: TokenCertificate, organisation: Organisation) -> bool:
    serial = organisation.token.certificate_serial
    if serial and int(certificate.serial, 16) != int(serial, 16):
        return False
    return any(same_tax_code(code, organisation.tax_code) for code in certificate.tax_codes)


def _can_sign(certificate: TokenCertificate) -> bool:
    """A certificate without the extension may be used for anything (RFC 5280, 4.2.1.3)."""
    return not certificate.key_usage or bool(_SIGNING & set(certificate.key_usage))

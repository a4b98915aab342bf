"""A certificate on a token, read as X.509: whose it is stands in attributes, never in the printed subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from robot import identifiers

if TYPE_CHECKING:
    from datetime import datetime

_TAX = "MST"
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


@dataclass(frozen=True)
class TokenCertificate:
    """A certificate that a token holds.

    `key_id` is the CKA_ID that it shares with its key; `serial` is in hexadecimal, upper case, whole bytes, as the portal
    shows it. `tax_codes` come from the UIDs `MST:…` in their written form; `person_ids` are the other UIDs as they stand
    (`CCCD:…`). `has_key` is None where a private key would be shown only after log-in. `algorithm` is RSA, ECC, or another
    key's class name; `key_bits` its size.
    """

    der: bytes
    key_id: bytes
    label: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    tax_codes: tuple[str, ...]
    person_ids: tuple[str, ...]
    key_usage: tuple[str, ...]
    is_authority: bool
    algorithm: str
    key_bits: int
    has_key: bool | None

    @property
    def x509(self) -> x509.Certificate:
        """The same as `cryptography` sees it."""
        return x509.load_der_x509_certificate(self.der)


def read_certificate(der: bytes, key_id: bytes, label: str, *, has_key: bool | None) -> TokenCertificate:
    """What a certificate says.

    Raises:
        ValueError: not a certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        tax_codes, person_ids = _identities(certificate.subject)
        algorithm, bits = _key(certificate)
        return TokenCertificate(
            der=der,
            key_id=key_id,
            label=label,
            subject=_said(certificate.subject),
            issuer=_said(certificate.issuer),
            serial=serial_text(certificate.serial_number),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            tax_codes=tax_codes,
            person_ids=person_ids,
            key_usage=_usage(certificate),
            is_authority=_is_authority(certificate),
            algorithm=algorithm,
            key_bits=bits,
            has_key=has_key,
        )
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, TypeError) as wrong:
        raise ValueError(str(wrong)) from wrong


def serial_text(number: int) -> str:
    """A certificate's serial number as it is shown and compared: hexadecimal, upper case, an even number of digits."""
    text = f"{number:X}"
    return text.zfill(len(text) + len(text) % 2)


def _identities(subject: x509.Name) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tax_codes, persons = [], []
    for attribute in subject.get_attributes_for_oid(NameOID.USER_ID):
        text = attribute.value if isinstance(attribute.value, str) else attribute.value.decode("utf-8", "replace")
        kind, colon, value = text.partition(":")
        if colon and kind.strip().upper() == _TAX:
            tax_codes.append(_written(value.strip()))
        else:
            persons.append(text)
    return tuple(tax_codes), tuple(persons)


def _written(code: str) -> str:
    """The code in its written form; one that is no tax code (a household's CCCD number) as it stands."""
    try:
        return identifiers.tax_code(code)
    except ValueError:
        return code


def _said(name: x509.Name) -> str:
    """A name for a person to read: its CN, or the whole of it where there is none."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ECC", key.key_size
    return type(key).__name__, 0


def _usage(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name for name in _USAGES if getattr(usage, name))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False

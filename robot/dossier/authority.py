"""A signer's certificate: whose tax code it carries, whether it is valid, and whether a configured authority stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

LONGEST_CHAIN = 5


def load_authorities(ca_files: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """The authorities' certificates in PEM files, several in one if need be, or in DER.

    Raises:
        DossierUnreadable: `dossier_ca_wrong`.
    """
    found: list[x509.Certificate] = []
    for file in ca_files:
        try:
            held = file.read_bytes()
            if b"-----BEGIN" in held:
                found += x509.load_pem_x509_certificates(held)
            else:
                found.append(x509.load_der_x509_certificate(held))
        except (OSError, ValueError) as wrong:
            raise DossierUnreadable("dossier_ca_wrong", file=file, why=wrong) from wrong
    return tuple(found)


def tax_codes(certificate: x509.Certificate) -> tuple[str, ...]:
    """The tax codes in the subject's UIDs (`MST:…`), as they stand there."""
    found = []
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID):
        value = attribute.value if isinstance(attribute.value, str) else attribute.value.decode("utf-8", "replace")
        kind, colon, code = value.partition(":")
        if colon and kind.strip().upper() == "MST":
            found.append(code.strip())
    return tuple(found)


def is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    """Whether `at` lies within the certificate's life."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def is_trusted(
    certificate: x509.Certificate, others: Iterable[x509.Certificate], authorities: Iterable[x509.Certificate], at: datetime
) -> bool:
    """Whether a chain of valid certificates, through `others` if need be, leads to one of the `authorities`.

    Each above the first must be an authority's that may have so many below it (RFC 5280, 4.2.1.9).
    """
    anchors = {anchor for anchor in authorities if is_valid(anchor, at)}
    between = {other for other in others if is_valid(other, at)}
    ends = {certificate}  # what the chains seen so far end with; several, since an authority may hold several certificates
    for below in range(LONGEST_CHAIN):
        if ends & anchors or any(_issued(anchor, end, below) for anchor in anchors for end in ends):
            return True
        ends = {other for other in between for end in ends if other != end and _issued(other, end, below)}
    return False


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is an authority's, with `below` other authorities between it and the signer."""
    try:
        said = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return said.ca and (said.path_length is None or below <= said.path_length)


def _issued(above: x509.Certificate, certificate: x509.Certificate, below: int) -> bool:
    try:
        certificate.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return _may_issue(above, below)

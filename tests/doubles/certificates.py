"""Keys and certificates that tests put on tokens: made once a process, of nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

TAX_CODE = "9901000019"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Held:
    """A key with its certificate, as a token holds them under one CKA_ID."""

    key: Key
    certificate: x509.Certificate
    key_id: bytes
    label: str


def held(kind: str = "RSA", name: str = "CÔNG TY TNHH THỬ, MẪU") -> Held:
    """A key of a kind (RSA, P-256, P-384) with a self-signed certificate, under its kind as id; the same one each time."""
    return _made(kind, name)


@cache
def _made(kind: str, name: str) -> Held:
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
    key: Key = ec.generate_private_key(curves[kind]) if kind in curves else rsa.generate_private_key(65537, 2048)
    return Held(key, certificate_for(key, uids=(f"MST:{TAX_CODE}",), name=name), kind.encode(), f"{kind} {name}"[:24])


def certificate_for(
    key: Key, *, uids: tuple[str, ...], name: str = "THỬ", authority: bool = False, usage: bool = True
) -> x509.Certificate:
    """A self-signed certificate with these UIDs around a CN; valid since yesterday for a year."""
    parts = [x509.NameAttribute(NameOID.USER_ID, uid) for uid in uids]
    parts.insert(len(parts) // 2, x509.NameAttribute(NameOID.COMMON_NAME, name))
    subject = x509.Name(parts)
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=365))
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    if usage:
        builder = builder.add_extension(_SIGNING, critical=True)
    return builder.sign(key, hashes.SHA256())


_SIGNING = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)

"""Ways to sign: what a protocol calls them, the PKCS#11 mechanism that does it, and its input and parameters.

Sources: PKCS#11 2.40 (mechanisms; CKM_ECDSA gives r and s as they are), RFC 8017 (DigestInfo, EMSA-PKCS1-v1_5, PSS with a
salt as long as the hash), FIPS 186-4 6.4 (of a hash longer than the curve's order its leftmost bits count).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import PyKCS11
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.signing.token.certificate import TokenCertificate

Scheme = Literal["PKCS1.5", "PSS", "ECDSA"]
SCHEMES: dict[str, tuple[Scheme, ...]] = {"RSA": ("PKCS1.5", "PSS"), "ECC": ("ECDSA",)}


@dataclass(frozen=True)
class Algorithm:
    """One way to sign: `crypto` is RSA or ECC, `hash_function` SHA-256 and so on, `scheme` PKCS1.5, PSS or ECDSA."""

    crypto: str
    hash_function: str
    scheme: Scheme


@dataclass(frozen=True)
class Hash:
    """A hash function, and where PKCS#11 and DigestInfo name it."""

    algorithm: hashes.HashAlgorithm
    digest_info: bytes  # RFC 8017, section 9.2, note 1: DigestInfo without its digest
    number: int
    mask: int
    rsa: int
    pss: int

    @property
    def size(self) -> int:
        """Length of its digest, bytes."""
        return self.algorithm.digest_size


HASHES = {
    name: Hash(
        algorithm,
        bytes.fromhex(prefix),
        getattr(PyKCS11, f"CKM_{pkcs11}"),
        getattr(PyKCS11, f"CKG_MGF1_{pkcs11.replace('_', '')}"),
        getattr(PyKCS11, f"CKM_{pkcs11.replace('_', '')}_RSA_PKCS"),
        getattr(PyKCS11, f"CKM_{pkcs11.replace('_', '')}_RSA_PKCS_PSS"),
    )
    for name, pkcs11, algorithm, prefix in (
        ("SHA-256", "SHA256", hashes.SHA256(), "3031300d060960864801650304020105000420"),
        ("SHA-384", "SHA384", hashes.SHA384(), "3041300d060960864801650304020205000430"),
        ("SHA-512", "SHA512", hashes.SHA512(), "3051300d060960864801650304020305000440"),
        ("SHA-224", "SHA224", hashes.SHA224(), "302d300d06096086480165030402040500041c"),
        ("SHA-1", "SHA_1", hashes.SHA1(), "3021300906052b0e03021a05000414"),  # noqa: S303 - refused unless settings allow it
    )
}


@dataclass(frozen=True)
class Order:
    """What a token is asked for: a mechanism, its parameters, and what it signs."""

    mechanism: Any
    signs: bytes


def order(algorithm: Algorithm, offered: set[int], key_bits: int, digest: bytes, data: bytes | None) -> Order | None:
    """How a token that offers these mechanisms is to be asked for this signature; None where it cannot.

    A mechanism that hashes by itself is used where the data is at hand: with a digest alone it would hash the hash.
    """
    named, size = HASHES[algorithm.hash_function], (key_bits + 7) // 8
    if algorithm.scheme == "PKCS1.5":
        return _pkcs1(named, offered, size, digest, data)
    if algorithm.scheme == "PSS":
        return _pss(named, offered, size, digest, data)
    return Order(PyKCS11.Mechanism(PyKCS11.CKM_ECDSA), digest[:size]) if PyKCS11.CKM_ECDSA in offered else None


def _pkcs1(named: Hash, offered: set[int], size: int, digest: bytes, data: bytes | None) -> Order | None:
    info = named.digest_info + digest
    if PyKCS11.CKM_RSA_PKCS in offered:
        return Order(PyKCS11.Mechanism(PyKCS11.CKM_RSA_PKCS), info)
    if data is not None and named.rsa in offered:
        return Order(PyKCS11.Mechanism(named.rsa), data)
    if PyKCS11.CKM_RSA_X_509 in offered:  # the padding, which the token leaves to us, is not secret
        filler = b"\xff" * (size - len(info) - 3)
        return Order(PyKCS11.Mechanism(PyKCS11.CKM_RSA_X_509), b"\x00\x01" + filler + b"\x00" + info)
    return None


def _pss(named: Hash, offered: set[int], size: int, digest: bytes, data: bytes | None) -> Order | None:
    if size < 2 * named.size + 2:
        return None
    for kind, signs in ((named.pss, data), (PyKCS11.CKM_RSA_PKCS_PSS, digest)):
        if signs is not None and kind in offered:
            return Order(PyKCS11.RSA_PSS_Mechanism(kind, named.number, named.mask, named.size), signs)
    return None


def offered_by(pkcs11: Any, slot: int) -> set[int]:
    """The mechanisms that a token in this slot signs with; raises `PyKCS11Error` where it does not tell."""
    numbers = {int(PyKCS11.CKM[name]) for name in pkcs11.getMechanismList(slot)}
    return {number for number in numbers if _signs(pkcs11, slot, number)}


def _signs(pkcs11: Any, slot: int, mechanism: int) -> bool:
    try:
        info = pkcs11.getMechanismInfo(slot, PyKCS11.CKM[mechanism])
    except PyKCS11.PyKCS11Error:
        return False  # PyKCS11 adds a mechanism of its own to each list
    return bool(info.flags & PyKCS11.CKF_SIGN)


def possible(certificate: TokenCertificate, offered: set[int], *, of_data: bool, allow_sha1: bool) -> Iterator[Algorithm]:
    """The ways to sign with a certificate's key, the usual one first."""
    for scheme in SCHEMES.get(certificate.algorithm, ()):
        for name, named in HASHES.items():
            algorithm = Algorithm(certificate.algorithm, name, scheme)
            asked = order(algorithm, offered, certificate.key_bits, bytes(named.size), b"" if of_data else None)
            if asked is not None and (allow_sha1 or name != "SHA-1"):
                yield algorithm


def verify(certificate: TokenCertificate, algorithm: Algorithm, digest: bytes, signature: bytes) -> None:
    """Return where the signature (ECDSA: r and s as they are) is the certificate's over this digest.

    Raises:
        cryptography.exceptions.InvalidSignature: it is not.
    """
    named, key = HASHES[algorithm.hash_function], certificate.x509.public_key()
    hashed = Prehashed(named.algorithm)
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(ecdsa_der(signature), digest, ec.ECDSA(hashed))
    elif isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(named.algorithm), named.size)
        key.verify(signature, digest, pss if algorithm.scheme == "PSS" else padding.PKCS1v15(), hashed)


def ecdsa_der(signature: bytes) -> bytes:
    """An ECDSA signature as X.509 and OpenSSL write it (RFC 3279), from r and s side by side."""
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))

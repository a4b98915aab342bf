"""SoftHSM tokens with keys and certificates of a test's own choice, made in this process under its SOFTHSM2_CONF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import PyKCS11
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fixtures.softhsm import softhsm_module

if TYPE_CHECKING:
    from pathlib import Path

    from tests.doubles.certificates import Held

PIN, SO_PIN = "24681357", "97531864"
# The curves' names as DER object identifiers (RFC 5480).
_CURVES = {"secp256r1": bytes.fromhex("06082a8648ce3d030107"), "secp384r1": bytes.fromhex("06052b81040022")}


def configure(folder: Path) -> dict[str, str]:
    """A configuration for a store in `folder`; what a process needs in its environment to find it."""
    store = folder / "store"
    store.mkdir(parents=True, exist_ok=True)
    file = folder / "softhsm2.conf"
    file.write_text(f"directories.tokendir = {store}\nobjectstore.backend = file\nlog.level = ERROR\n", encoding="utf-8")
    return {"SOFTHSM2_CONF": str(file)}


def make(label: str, *holds: Held) -> str:
    """Make a token with these keys and certificates; its serial number. SOFTHSM2_CONF must be set already."""
    pkcs11 = PyKCS11.PyKCS11Lib()
    pkcs11.load(softhsm_module())
    try:
        blank = [slot for slot in pkcs11.getSlotList() if not pkcs11.getTokenInfo(slot).flags & PyKCS11.CKF_TOKEN_INITIALIZED]
        pkcs11.initToken(blank[0], SO_PIN, label)
        session = pkcs11.openSession(blank[0], PyKCS11.CKF_SERIAL_SESSION | PyKCS11.CKF_RW_SESSION)
        session.login(SO_PIN, PyKCS11.CKU_SO)
        session.initPin(PIN)
        session.logout()
        session.login(PIN)
        for held in holds:
            session.createObject([*_common(held, PyKCS11.CKO_CERTIFICATE), *_certificate(held)])
            session.createObject([*_common(held, PyKCS11.CKO_PRIVATE_KEY), *_key(held)])
        serial = pkcs11.getTokenInfo(blank[0]).serialNumber.rstrip("\0 ")
        session.logout()
        session.closeSession()
        return str(serial)
    finally:
        pkcs11.unload()


def _common(held: Held, kind: int) -> list[tuple[int, object]]:
    private = PyKCS11.CK_TRUE if kind == PyKCS11.CKO_PRIVATE_KEY else PyKCS11.CK_FALSE
    return [
        (PyKCS11.CKA_CLASS, kind),
        (PyKCS11.CKA_TOKEN, PyKCS11.CK_TRUE),
        (PyKCS11.CKA_PRIVATE, private),
        (PyKCS11.CKA_LABEL, held.label),
        (PyKCS11.CKA_ID, held.key_id),
    ]


def _certificate(held: Held) -> list[tuple[int, object]]:
    return [
        (PyKCS11.CKA_CERTIFICATE_TYPE, PyKCS11.CKC_X_509),
        (PyKCS11.CKA_SUBJECT, held.certificate.subject.public_bytes()),
        (PyKCS11.CKA_VALUE, held.certificate.public_bytes(serialization.Encoding.DER)),
    ]


def _key(held: Held) -> list[tuple[int, object]]:
    usual = [(PyKCS11.CKA_SENSITIVE, PyKCS11.CK_TRUE), (PyKCS11.CKA_SIGN, PyKCS11.CK_TRUE)]
    if isinstance(held.key, ec.EllipticCurvePrivateKey):
        numbers = held.key.private_numbers()
        secret = numbers.private_value.to_bytes((held.key.key_size + 7) // 8)
        curve = (PyKCS11.CKA_EC_PARAMS, _CURVES[held.key.curve.name])
        return [*usual, (PyKCS11.CKA_KEY_TYPE, PyKCS11.CKK_EC), curve, (PyKCS11.CKA_VALUE, secret)]
    assert isinstance(held.key, rsa.RSAPrivateKey)
    rsa_numbers = held.key.private_numbers()
    parts = {
        PyKCS11.CKA_MODULUS: rsa_numbers.public_numbers.n,
        PyKCS11.CKA_PUBLIC_EXPONENT: rsa_numbers.public_numbers.e,
        PyKCS11.CKA_PRIVATE_EXPONENT: rsa_numbers.d,
        PyKCS11.CKA_PRIME_1: rsa_numbers.p,
        PyKCS11.CKA_PRIME_2: rsa_numbers.q,
        PyKCS11.CKA_EXPONENT_1: rsa_numbers.dmp1,
        PyKCS11.CKA_EXPONENT_2: rsa_numbers.dmq1,
        PyKCS11.CKA_COEFFICIENT: rsa_numbers.iqmp,
    }
    written = [(attribute, number.to_bytes((number.bit_length() + 7) // 8)) for attribute, number in parts.items()]
    return [*usual, (PyKCS11.CKA_KEY_TYPE, PyKCS11.CKK_RSA), *written]

"""What a token is asked for, given what it offers; no token is needed to see it."""

import PyKCS11
import pytest

from robot.signing.token.algorithms import HASHES, Algorithm, ecdsa_der, order

DATA = b"data"


def _asked(scheme, offered, name="SHA-256", bits=2048, data=None):
    crypto = "ECC" if scheme == "ECDSA" else "RSA"
    asked = order(Algorithm(crypto, name, scheme), set(offered), bits, bytes(range(HASHES[name].size)), data)
    return None if asked is None else (asked.mechanism.to_native().mechanism, asked.signs)


@pytest.mark.parametrize(("bits", "length"), [(256, 32), (384, 48), (521, 64)])
def test_hash_longer_than_the_curve_is_cut(bits, length):
    """Of SHA-512 on P-256 the leftmost 32 bytes are signed (FIPS 186-4, 6.4): not every token cuts by itself."""
    assert _asked("ECDSA", [PyKCS11.CKM_ECDSA], "SHA-512", bits) == (PyKCS11.CKM_ECDSA, bytes(range(length)))


@pytest.mark.parametrize(
    ("offered", "data", "expected"),
    [
        (["CKM_RSA_PKCS", "CKM_SHA256_RSA_PKCS", "CKM_RSA_X_509"], DATA, "CKM_RSA_PKCS"),
        (["CKM_SHA256_RSA_PKCS", "CKM_RSA_X_509"], DATA, "CKM_SHA256_RSA_PKCS"),
        (["CKM_SHA256_RSA_PKCS", "CKM_RSA_X_509"], None, "CKM_RSA_X_509"),
        (["CKM_SHA256_RSA_PKCS"], None, None),
        (["CKM_SHA384_RSA_PKCS"], DATA, None),
        ([], DATA, None),
    ],
)
def test_pkcs1_takes_the_first_way_that_can(offered, data, expected):
    """DigestInfo, else the token's own hashing where the data is at hand, else our padding; a hash is never hashed again."""
    asked = _asked("PKCS1.5", [getattr(PyKCS11, name) for name in offered], data=data)
    assert (asked and asked[0]) == (expected and getattr(PyKCS11, expected))


def test_raw_rsa_is_padded_to_the_modulus():
    """0, 1, 255s, 0 and DigestInfo, as long as the key (RFC 8017, 9.2)."""
    _, padded = _asked("PKCS1.5", [PyKCS11.CKM_RSA_X_509])
    info = HASHES["SHA-256"].digest_info + bytes(range(32))
    assert padded == b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info


@pytest.mark.parametrize(("bits", "name", "fits"), [(2048, "SHA-512", True), (1024, "SHA-512", False), (1024, "SHA-256", True)])
def test_pss_needs_room(bits, name, fits):
    """A key must hold hash, salt and two bytes more (RFC 8017, 9.1.1)."""
    assert (_asked("PSS", [PyKCS11.CKM_RSA_PKCS_PSS], name, bits) is not None) == fits


def test_pss_of_data_by_the_token():
    """With the data at hand the token's own hashing is used where it has it."""
    offered = [PyKCS11.CKM_SHA256_RSA_PKCS_PSS, PyKCS11.CKM_RSA_PKCS_PSS]
    assert _asked("PSS", offered, data=DATA) == (PyKCS11.CKM_SHA256_RSA_PKCS_PSS, DATA)
    assert _asked("PSS", offered) == (PyKCS11.CKM_RSA_PKCS_PSS, bytes(range(32)))


def test_ecdsa_as_openssl_writes_it():
    """Two INTEGERs in a SEQUENCE; one whose top bit is set gets a zero before it."""
    assert ecdsa_der(b"\x80" + bytes(31) + bytes(31) + b"\x01").hex() == "3026022100" + "80" + "00" * 31 + "020101"

"""Certificates read as X.509: whose they are stands in the UIDs, whatever the printed subject looks like."""

import pytest
from cryptography.hazmat.primitives import serialization

from robot.signing.token import read_certificate, serial_text
from tests.doubles.certificates import certificate_for, held


def _read(*uids, **more):
    certificate = certificate_for(held().key, uids=uids, **more)
    return read_certificate(certificate.public_bytes(serialization.Encoding.DER), b"1", "nhãn", has_key=None)


@pytest.mark.parametrize(
    ("uids", "tax_codes", "person_ids"),
    [
        (("MST:9901000019",), ("9901000019",), ()),
        (("MST:9901000019-001",), ("9901000019-001",), ()),
        (("MST:9901000019001",), ("9901000019-001",), ()),
        (("mst: 9901000019 ",), ("9901000019",), ()),
        (("CCCD:099190000017", "MST:9901000019"), ("9901000019",), ("CCCD:099190000017",)),
        (("MST:9901000019", "MST:9901004052"), ("9901000019", "9901004052"), ()),
        (("MST:099190000017",), ("099190000017",), ()),  # a household files under its holder's CCCD
        (("9901000019",), (), ("9901000019",)),
        ((), (), ()),
    ],
)
def test_tax_codes_come_from_the_uids(uids, tax_codes, person_ids):
    """MST: is a tax code in its written form, whatever stands beside it; any other UID is kept as a person's."""
    certificate = _read(*uids)
    assert (certificate.tax_codes, certificate.person_ids) == (tax_codes, person_ids)


def test_name_that_looks_like_more_is_a_name():
    """A CN with commas and a UID written into it names nobody else."""
    name = "CÔNG TY THỬ, UID=MST:9901004052, C=VN"
    certificate = _read("MST:9901000019", name=name)
    assert (certificate.subject, certificate.tax_codes) == (name, ("9901000019",))


def test_usage_and_authority():
    """Key usage by name, none where the extension is missing; an authority's own certificate is marked."""
    assert _read().key_usage == ("digital_signature", "content_commitment")
    assert _read(usage=False).key_usage == ()
    assert [_read(authority=flag).is_authority for flag in (True, False)] == [True, False]


@pytest.mark.parametrize(("kind", "expected"), [("RSA", ("RSA", 2048)), ("P-256", ("ECC", 256)), ("P-384", ("ECC", 384))])
def test_keys_are_named_as_the_protocols_name_them(kind, expected):
    """RSA or ECC, with the size in bits."""
    der = held(kind).certificate.public_bytes(serialization.Encoding.DER)
    certificate = read_certificate(der, b"", "", has_key=True)
    assert (certificate.algorithm, certificate.key_bits) == expected


@pytest.mark.parametrize(("number", "text"), [(0xA, "0A"), (0xAB, "AB"), (0x1ABC, "1ABC"), (0xABC, "0ABC")])
def test_serials_are_whole_bytes(number, text):
    """Upper case, an even number of digits, as the portal shows them."""
    assert serial_text(number) == text


@pytest.mark.parametrize("der", [b"", b"\x30\x03\x02\x01\x01", b"certificate"])
def test_what_is_no_certificate_is_refused(der):
    """ValueError and nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the library's
        read_certificate(der, b"", "", has_key=None)

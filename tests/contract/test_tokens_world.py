"""Certificates and tokens of the world, read back by tools that did not make them."""

import os
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID

from fixtures.organisations import ORGANISATIONS
from fixtures.pki import load_authority
from fixtures.softhsm import so_pin_path
from fixtures.token import make_tokens, open_signer, pin_path, softhsm_environment, softhsm_module


def _certificate(world, key):
    return x509.load_pem_x509_certificate(world.tokens[key].certificate.read_bytes())


def _uids(certificate):
    return [attribute.value for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID)]


def _openssl_verify(world, key):
    command = ["openssl", "verify", "-CAfile", world.authority.certificate_path, world.tokens[key].certificate]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_subjects_come_in_all_the_forms(token_world):
    """UID carries the tax code, branch suffix included; one subject has two UIDs, one a comma in its name, order differs."""
    tax_codes = {key: f"MST:{o.tax_code}" for key, o in ORGANISATIONS.items()}
    certificates = {key: _certificate(token_world, key) for key in token_world.tokens}
    expected = {key: [tax_codes[key]] for key in certificates}
    expected["truong-son"] = ["CCCD:099190000017", tax_codes["truong-son"]]
    assert {key: _uids(certificate) for key, certificate in certificates.items()} == expected
    assert tax_codes["an-phu"].endswith("-001")
    [name] = certificates["kim-lien"].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert "," in name.value
    orders = {tuple(a.oid.dotted_string for a in certificate.subject) for certificate in certificates.values()}
    assert len(orders) == 4


@pytest.mark.parametrize(("key", "status", "said"), [("hoa-binh", 0, "OK"), ("truong-son", 0, "OK"), ("bach-dang", 2, "expired")])
def test_openssl_judges_the_chain(token_world, key, status, said):
    """OpenSSL accepts certificates against the world's authority, except the one that ran out."""
    verdict = _openssl_verify(token_world, key)
    assert verdict.returncode == status
    assert said in verdict.stdout + verdict.stderr


def test_certificates_are_for_signing(token_world):
    """Key usage is digitalSignature and nonRepudiation, the life two years, serials differ."""
    certificates = [_certificate(token_world, key) for key in token_world.tokens]
    for certificate in certificates:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        assert (usage.digital_signature, usage.content_commitment, usage.key_encipherment) == (True, True, False)
        assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 730
    assert len({certificate.serial_number for certificate in certificates}) == len(certificates)


def test_authority_is_loaded_as_it_was_made(token_world):
    """Another process finds the same authority, and its key is for its owner only."""
    assert load_authority(token_world.directory).certificate == token_world.authority.certificate
    assert stat.S_IMODE((token_world.authority.folder / "ca.key").stat().st_mode) == 0o600


def test_pins_are_private_and_eight_digits(token_world):
    """Each token has its own random PIN and SO PIN, readable by the owner only."""
    paths = [path(token_world.directory, o) for o in token_world.organisations.values() for path in (pin_path, so_pin_path)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    pins = [path.read_text() for path in paths]
    assert [pin for pin in pins if not (len(pin) == 8 and pin.isdigit())] == []
    assert len(set(pins)) > 1


def test_opensc_sees_key_and_certificate_under_one_id(token_world):
    """OpenSC's tool finds the token by its serial, and on it a key that cannot leave and a certificate with the same id."""
    info = token_world.tokens["hoa-binh"]
    # pkcs11-tool takes a PIN from the environment, so that no argument shows it.
    pin = pin_path(token_world.directory, token_world.organisations["hoa-binh"]).read_text()
    listing = subprocess.run(
        ["pkcs11-tool", "--module", softhsm_module(), "--token-label", info.label, "--login", "--pin", "env:PIN", "-O"],
        env={**os.environ, **softhsm_environment(token_world.directory), "PIN": pin},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    objects = listing.replace("Public Key Object", "\0Public").replace("Private Key Object", "\0Private")
    objects = objects.replace("Certificate Object", "\0Certificate").split("\0")[1:]
    assert sorted(text.split()[0].rstrip(";") for text in objects) == ["Certificate", "Private", "Public"]
    assert [info.key_id in text for text in objects] == [True, True, True]
    [private] = [text for text in objects if text.startswith("Private")]
    assert "sensitive, always sensitive, never extractable" in private


def test_signer_signs_with_the_certificates_key(token_world):
    """A signature through the token verifies with the public key of the organisation's certificate, for many in one session."""
    with open_signer(token_world.directory, token_world.organisations["an-phu"]) as key:
        assert key.certificate == _certificate(token_world, "an-phu")
        for data in (b"", "Bảo hiểm xã hội".encode()):
            signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            key.certificate.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        with pytest.raises(UnsupportedAlgorithm):
            key.sign(b"", padding.PKCS1v15(), hashes.SHA512())


def test_second_token_of_the_same_name_is_refused(token_world):
    """Making a token that is there already fails with a sentence, and the token and its PIN stay as they were."""
    organisation = token_world.organisations["an-phu"]
    pin = pin_path(token_world.directory, organisation).read_text()
    with pytest.raises(RuntimeError, match="there is a token 'VSS an-phu' already"):
        make_tokens(token_world.directory, [organisation], token_world.authority)
    assert pin_path(token_world.directory, organisation).read_text() == pin
    with open_signer(token_world.directory, organisation) as key:
        assert len(key.sign(b"", padding.PKCS1v15(), hashes.SHA256())) == 256

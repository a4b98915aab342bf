"""Signatures of every kind that a token makes, judged by those who did not make them: `cryptography` and OpenSSL."""

import hashlib
import subprocess

import PyKCS11
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from fixtures.softhsm import softhsm_module
from robot.errors import SignatureFailed
from robot.signing.token import Algorithm, ecdsa_der, find_driver, open_driver
from tests.doubles import soft_token
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import DoubleToken

DATA = "Bảo hiểm xã hội Việt Nam".encode()
HASHES = {"SHA-256": hashes.SHA256(), "SHA-384": hashes.SHA384(), "SHA-512": hashes.SHA512()}
HASHES["SHA-1"] = hashes.SHA1()  # noqa: S303 - one of the ways that settings may allow
WAYS = [
    *(("RSA", Algorithm("RSA", name, scheme)) for scheme in ("PKCS1.5", "PSS") for name in HASHES),
    *((curve, Algorithm("ECC", name, "ECDSA")) for curve in ("P-256", "P-384") for name in HASHES),
]
VERIFIED = (0, "Signature Verified Successfully")


@pytest.fixture(scope="module")
def soft_environment(tmp_path_factory):
    """A SoftHSM store with one token that holds an RSA key and two on curves."""
    environment = soft_token.configure(tmp_path_factory.mktemp("softhsm"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        soft_token.make("VSS soft", held("RSA"), held("P-256"), held("P-384"))
    return environment


@pytest.fixture
def session(soft_environment, monkeypatch):
    """A logged-in session on that token."""
    for name, value in soft_environment.items():
        monkeypatch.setenv(name, value)
    with open_driver(find_driver(softhsm_module())) as driver:
        [token] = driver.tokens()
        with driver.open(token) as opened:
            opened.log_in(soft_token.PIN.encode())
            yield opened


@pytest.fixture
def double_session(double):
    """Opens a logged-in session on a double that offers these mechanisms."""
    opened = []

    def open_on(*mechanisms, **more):
        double.tokens = [DoubleToken("D0001", (held(),), mechanisms=mechanisms, **more)]
        double.write()
        opened.append(open_driver(double.library))
        driver = opened[-1].__enter__()
        session = driver.open(driver.token("D0001"))
        session.log_in(b"24681357")
        return session

    yield open_on
    for context in opened:
        context.__exit__(None, None, None)


def _certificate(session, kind):
    """The token's certificate with a key of a kind."""
    return next(one for one in session.token.certificates if one.key_id == kind.encode())


def _digest(name):
    return hashlib.new(name.replace("-", "").lower(), DATA).digest()


def _python_verifies(kind, algorithm, signature):
    key, named = held(kind).key.public_key(), HASHES[algorithm.hash_function]
    if algorithm.scheme == "ECDSA":
        key.verify(ecdsa_der(signature), DATA, ec.ECDSA(named))
    else:
        pss = padding.PSS(padding.MGF1(named), named.digest_size)
        key.verify(signature, DATA, pss if algorithm.scheme == "PSS" else padding.PKCS1v15(), named)


def _openssl_says(folder, kind, algorithm, signature):
    """What `openssl pkeyutl -verify` answers: its status and its sentence."""
    key = held(kind).key.public_key()
    public = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    written = ecdsa_der(signature) if algorithm.scheme == "ECDSA" else signature
    for name, content in {"key": public, "digest": _digest(algorithm.hash_function), "signature": written}.items():
        (folder / name).write_bytes(content)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-in", "digest", "-sigfile", "signature"]
    command += ["-pkeyopt", f"digest:{algorithm.hash_function.replace('-', '').lower()}"]
    if algorithm.scheme == "PSS":
        command += ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return said.returncode, said.stdout.strip()


@pytest.mark.parametrize(("kind", "algorithm"), WAYS, ids=[f"{kind} {way.scheme} {way.hash_function}" for kind, way in WAYS])
def test_softhsm_signatures_verify(session, tmp_path, kind, algorithm):
    """Each way to sign, over a digest and over data: `cryptography` and OpenSSL accept it, and not when a bit is changed."""
    certificate, name, scheme = _certificate(session, kind), algorithm.hash_function, algorithm.scheme
    assert algorithm in session.mechanisms(certificate, allow_sha1=True)
    over_digest = session.sign(certificate, _digest(name), name, scheme, allow_sha1=True)
    over_data = session.sign_data(certificate, DATA, name, scheme, allow_sha1=True)
    for signature in (over_digest, over_data):
        _python_verifies(kind, algorithm, signature)
        assert _openssl_says(tmp_path, kind, algorithm, signature) == VERIFIED
    changed = over_digest[:-1] + bytes([over_digest[-1] ^ 1])
    assert _openssl_says(tmp_path, kind, algorithm, changed)[0] == 1


def test_lengths_are_those_of_the_keys(session):
    """RSA gives as many bytes as the modulus has; ECDSA gives r and s side by side, not DER."""
    lengths = {
        kind: len(session.sign(_certificate(session, kind), _digest("SHA-256"), "SHA-256", scheme))
        for kind, scheme in (("RSA", "PKCS1.5"), ("P-256", "ECDSA"), ("P-384", "ECDSA"))
    }
    assert lengths == {"RSA": 256, "P-256": 64, "P-384": 96}


def test_ways_offered_go_from_the_usual_one(session):
    """The list begins with SHA-256, and SHA-1 is in it only where it is allowed."""
    certificate = _certificate(session, "RSA")
    offered = session.mechanisms(certificate)
    assert offered[0] == Algorithm("RSA", "SHA-256", "PKCS1.5")
    assert "SHA-1" not in {way.hash_function for way in offered}
    assert "SHA-1" in {way.hash_function for way in session.mechanisms(certificate, allow_sha1=True)}
    assert {way.scheme for way in session.mechanisms(_certificate(session, "P-256"))} == {"ECDSA"}


def test_token_that_only_hashes_by_itself_signs_data(double_session, tmp_path):
    """CKM_SHA256_RSA_PKCS alone: data is signed and verifies; over a ready digest, which it would hash again, it is refused."""
    session = double_session(PyKCS11.CKM_SHA256_RSA_PKCS)
    certificate, algorithm = _certificate(session, "RSA"), Algorithm("RSA", "SHA-256", "PKCS1.5")
    assert session.mechanisms(certificate) == []
    assert session.mechanisms(certificate, of_data=True) == [algorithm]
    signature = session.sign_data(certificate, DATA, "SHA-256", "PKCS1.5")
    _python_verifies("RSA", algorithm, signature)
    assert _openssl_says(tmp_path, "RSA", algorithm, signature) == VERIFIED
    with pytest.raises(SignatureFailed, match=r"cannot sign PKCS1\.5 with SHA-256"):
        session.sign(certificate, _digest("SHA-256"), "SHA-256", "PKCS1.5")
    with pytest.raises(SignatureFailed, match=r"cannot sign PKCS1\.5 with SHA-384"):
        session.sign_data(certificate, DATA, "SHA-384", "PKCS1.5")


@pytest.mark.parametrize("mechanism", [PyKCS11.CKM_RSA_PKCS, PyKCS11.CKM_RSA_X_509], ids=["padded by the token", "raw"])
@pytest.mark.parametrize("name", ["SHA-256", "SHA-384", "SHA-512"])
def test_pkcs1_by_digest_info_and_by_raw_rsa(double_session, tmp_path, mechanism, name):
    """With CKM_RSA_PKCS the DigestInfo is ours, with CKM_RSA_X_509 the padding is too; either verifies."""
    session = double_session(mechanism)
    algorithm = Algorithm("RSA", name, "PKCS1.5")
    signature = session.sign(_certificate(session, "RSA"), _digest(name), name, "PKCS1.5")
    _python_verifies("RSA", algorithm, signature)
    assert _openssl_says(tmp_path, "RSA", algorithm, signature) == VERIFIED


@pytest.mark.parametrize(
    ("name", "scheme", "length", "said"),
    [
        ("SHA-1", "PKCS1.5", 20, "SHA-1 is refused"),
        ("SHA-256", "PKCS1.5", 20, "A SHA-256 hash has 32 bytes, this one has 20"),
        ("SHA-256", "PSS", 32, "cannot sign PSS"),
        ("SHA-256", "ECDSA", 32, "cannot sign ECDSA"),
        ("MD5", "PKCS1.5", 16, "cannot sign PKCS1.5 with MD5"),
    ],
)
def test_what_may_not_be_signed_is_not_asked_for(double_session, double, name, scheme, length, said):
    """SHA-1, a digest of another length, a way this key or token does not know: refused before the token is asked."""
    session = double_session(PyKCS11.CKM_RSA_PKCS)
    with pytest.raises(SignatureFailed, match=said):
        session.sign(_certificate(session, "RSA"), bytes(length), name, scheme)
    assert double.calls("C_SignInit") == []


def test_wrong_signature_is_not_given_out(double_session, double):
    """A token whose key is not its certificate's signs something; what does not verify is thrown away."""
    session = double_session(PyKCS11.CKM_RSA_PKCS)
    other = held("RSA", "SOMEBODY ELSE")
    [line] = [line for line in double.tokens[0].lines() if line.startswith("key ")]
    script = (double.folder / "script").read_text(encoding="utf-8")
    [theirs] = [line for line in DoubleToken("D0001", (other,)).lines() if line.startswith("key ")]
    (double.folder / "script").write_text(script.replace(line, theirs), encoding="utf-8")
    with pytest.raises(SignatureFailed, match="does not verify"):
        session.sign(_certificate(session, "RSA"), _digest("SHA-256"), "SHA-256", "PKCS1.5")
    assert double.calls("C_Sign") == [("C_Sign", "CKR_OK")]


def test_key_that_asks_each_time_is_refused(double_session, double):
    """CKA_ALWAYS_AUTHENTICATE wants a person at each signature; the sentence says so and names the way out."""
    session = double_session(PyKCS11.CKM_RSA_PKCS, asks_each_time=True)
    with pytest.raises(SignatureFailed, match=r'asks for the PIN at each signature.*signing.mode = "vendor"'):
        session.sign(_certificate(session, "RSA"), _digest("SHA-256"), "SHA-256", "PKCS1.5")
    assert double.calls("C_SignInit") == []

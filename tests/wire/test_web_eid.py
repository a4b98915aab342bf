"""web-eid at the real relay's pipes, from the message shapes of web-eid-app."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, utils

from tests.doubles.agent import HASHES, made_up_certificate
from tests.wire.port import ORIGIN, OTHER_ORIGIN

ARGUMENT = "ERR_WEBEID_NATIVE_INVALID_ARGUMENT"
GREETING = {"version": "2.5.0"}


def _b64(data):
    return base64.b64encode(data).decode()


def _certificate_request(**changes):
    arguments = {"origin": ORIGIN, "lang": "vi", **changes}
    return {"command": "get-signing-certificate", "arguments": {k: v for k, v in arguments.items() if v is not None}}


def _sign_request(given, **changes):
    arguments = {
        "hash": _b64(b"\x5a" * 32),
        "hashFunction": "SHA-256",
        "certificate": given,
        "origin": ORIGIN,
        "lang": "vi",
        **changes,
    }
    return {"command": "sign", "arguments": {name: value for name, value in arguments.items() if value is not None}}


@pytest.fixture
def certificate(agent):
    return agent.ask(do="certificate")["certificate"]


def _one(web_eid, message):
    """The answer to the one request of a process that greets first and ends by itself."""
    with web_eid.port() as port:
        assert port.read() == GREETING
        answer = port.exchange(message)
        assert port.read() is None
        assert port.process.wait(20) == 0
    return answer


def test_certificate_with_its_algorithms(web_eid, certificate):
    """get-signing-certificate gives base64 DER and what the key can do, and the host ends."""
    expected = [
        {"cryptoAlgorithm": "RSA", "hashFunction": name, "paddingScheme": "PKCS1.5"} for name in ("SHA-256", "SHA-384", "SHA-512")
    ]
    answer = _one(web_eid, _certificate_request())
    assert answer == {"certificate": certificate, "supportedSignatureAlgorithms": expected}


@pytest.mark.parametrize("name", ["SHA-224", "SHA-256", "SHA-384", "SHA-512"])
def test_signature_verifies(web_eid, certificate, name):
    """Sign gives the signature in base64 and how it was made."""
    digest = b"\xa5" * HASHES[name].digest_size
    answer = _one(web_eid, _sign_request(certificate, hash=_b64(digest), hashFunction=name))
    assert answer["signatureAlgorithm"] == {"cryptoAlgorithm": "RSA", "hashFunction": name, "paddingScheme": "PKCS1.5"}
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    key.verify(base64.b64decode(answer["signature"]), digest, padding.PKCS1v15(), utils.Prehashed(HASHES[name]))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 8000,
        {"command": "get-signing-certificate"},
        {"command": "authenticate", "arguments": {"origin": ORIGIN}},
        {"command": ["sign"], "arguments": {"origin": ORIGIN}},
        {"command": "sign", "arguments": []},
        {"command": "sign", "arguments": {"origin": ORIGIN}},
        {**_certificate_request(), "nonce": "a"},
        _certificate_request(origin=None),
        _certificate_request(origin=7),
        _certificate_request(lang="?"),
        _certificate_request(filter="SIGN"),
        _certificate_request(origin="http://gddt.baohiemxahoi.gov.vn"),
        _certificate_request(origin="https://gddt.baohiemxahoi.gov.vn.example"),
    ],
    ids=lambda message: ascii(message)[:60],
)
def test_what_is_not_a_request(web_eid, agent, message):
    """Noise, another command, other keys, an origin not on the list: invalid argument, and the agent hears nothing."""
    before = agent.ask(do="tally")["tally"]
    assert _one(web_eid, message)["error"]["code"] == ARGUMENT
    assert agent.ask(do="tally")["tally"] == before


@pytest.mark.parametrize(
    "change",
    [
        {"hash": _b64(b"\x5a" * 20)},
        {"hash": "WlpaWg"},
        {"hash": "5a" * 32},
        {"hash": None},
        {"hashFunction": "SHA-1", "hash": _b64(b"\x5a" * 20)},
        {"hashFunction": "MD5"},
        {"certificate": None},
        {"certificate": "-"},
        {"origin": "https://evil.example"},
        {"info": "x"},
    ],
    ids=str,
)
def test_sign_only_what_fits(web_eid, agent, certificate, change):
    """A hash that does not fit its function, base64 that is none, a page not listed: invalid argument, nothing signed."""
    before = agent.signatures()
    assert _one(web_eid, _sign_request(certificate, **change))["error"]["code"] == ARGUMENT
    assert agent.signatures() == before


def test_certificate_of_another_token(web_eid):
    """Each request has a process of its own, so the agent is the one to know its certificate; its refusal is passed on."""
    other = _b64(made_up_certificate("Công ty Kim Liên")[1])
    assert _one(web_eid, _sign_request(other))["error"]["code"] == ARGUMENT


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("user_cancel", "ERR_WEBEID_USER_CANCELLED"),
        ("timeout", "ERR_WEBEID_USER_TIMEOUT"),
        ("not_allowed", ARGUMENT),
        ("pin_blocked", "ERR_WEBEID_NATIVE_FATAL"),
        ("driver_error", "ERR_WEBEID_NATIVE_FATAL"),
        ("no_certificates", "ERR_WEBEID_NATIVE_FATAL"),
    ],
)
def test_the_agents_refusals_in_this_protocols_words(web_eid, agent, code, expected):
    """Each of the agent's codes has its web-eid form; the sentence goes with it."""
    agent.instead({"ok": False, "code": code, "message": "Đã hủy"})
    assert _one(web_eid, _certificate_request()) == {"error": {"code": expected, "message": "Đã hủy"}}


def test_one_request_a_process(web_eid, agent, certificate):
    """A second request in the same process is not read."""
    before = agent.signatures()
    with web_eid.port() as port:
        assert port.read() == GREETING
        port.send(_certificate_request(origin=OTHER_ORIGIN))
        port.send(_sign_request(certificate))
        assert "certificate" in port.read()
        assert port.read() is None
    assert agent.signatures() == before


@pytest.mark.parametrize("header", [b"\xff\xff\xff\xff", b"\x01\x20\x00\x00", b"\x00\x00\x00\x3c"], ids=str)
def test_lengths_beyond_the_cap(web_eid, header):
    """4 GiB, one byte over 8192, or the other byte order: invalid argument, and the host ends with status 1."""
    with web_eid.port() as port:
        assert port.read() == GREETING
        port.write(header)
        assert port.read()["error"]["code"] == ARGUMENT
        assert port.read() is None
        assert port.process.wait(20) == 1

"""token-signing at the real relay's pipes, an agent in a process of its own behind it."""

import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, utils

from tests.doubles.agent import HASHES, made_up_certificate
from tests.wire.port import NONCE, ORIGIN, OTHER_ORIGIN, encoded, frame, installed

SIGN = {"hash": "5a" * 32, "hashtype": "SHA-256"}


def _refusal(answer):
    return {name: value for name, value in answer.items() if name != "message"}


def test_version_certificate_signature(relay):
    """The three requests of one page, in order; the signature verifies with the certificate given."""
    with relay.port() as port:
        assert port.ask("VERSION", src="page.js", tab=7) == {"version": "1.0", "nonce": NONCE, "result": "ok"}
        given = port.ask("CERT", lang="vi", filter="SIGN", src="page.js", tab=7)
        assert given == {"cert": given["cert"], "nonce": NONCE, "result": "ok"}
        answer = port.ask("SIGN", cert=given["cert"], lang="vi", info="Ký tờ khai", src="page.js", tab=7, **SIGN)
        assert answer == {"signature": answer["signature"], "nonce": NONCE, "result": "ok"}
        assert port.hang_up() == (b"", 0)
    certificate = x509.load_der_x509_certificate(bytes.fromhex(given["cert"]))
    chosen = utils.Prehashed(HASHES["SHA-256"])
    certificate.public_key().verify(bytes.fromhex(answer["signature"]), b"\x5a" * 32, padding.PKCS1v15(), chosen)


@pytest.mark.parametrize("name", HASHES)
def test_each_hash_goes_to_the_agent_under_its_name(relay, name):
    """A hash of the right length is signed as what it is said to be."""
    with relay.port() as port:
        given = port.ask("CERT")["cert"]
        answer = port.ask("SIGN", cert=given.upper(), hash="5a" * HASHES[name].digest_size, hashtype=name)
    key = x509.load_der_x509_certificate(bytes.fromhex(given)).public_key()
    digest = b"\x5a" * HASHES[name].digest_size
    key.verify(bytes.fromhex(answer["signature"]), digest, padding.PKCS1v15(), utils.Prehashed(HASHES[name]))


NOISE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b'"VERSION"',
    b"not json",
    b"\xff\xfe\x00",
    b"\x00" * 40,
    b"[" * 8000,
    b'{"type":' * 1000,
    b"9" * 8000,
    b'{"type":NaN}',
    '{"type":"VERSION"}'.encode("utf-16"),
    b"\xef\xbb\xbf{}",
    encoded({"type": "VERSION", "nonce": NONCE, "origin": ORIGIN}) + b"{}",
    b'{"type":"VERSION","nonce":"a","origin":"https://evil.example","origin":"' + ORIGIN.encode() + b'"}',
]


@pytest.mark.parametrize("payload", NOISE, ids=lambda payload: repr(payload[:20]))
def test_noise_is_invalid_argument_and_the_host_stays(relay, payload):
    """What is no single JSON object gets the code without a nonce, and the next request is served."""
    with relay.port() as port:
        assert _refusal(port.exchange(payload)) == {"result": "invalid_argument"}
        assert port.ask("VERSION")["result"] == "ok"


BAD = [
    ({"type": None}, "invalid_argument"),
    ({"type": "ERASE"}, "invalid_argument"),
    ({"type": ["SIGN"]}, "invalid_argument"),
    ({"type": "VERSION", "nonce": None}, "invalid_argument"),
    ({"type": "VERSION", "nonce": 16}, "invalid_argument"),
    ({"type": "VERSION", "nonce": "a\ud800"}, "invalid_argument"),
    ({"type": "VERSION", "nonce": "n" * 65}, "invalid_argument"),
    ({"type": "VERSION", "origin": None}, "invalid_argument"),
    ({"type": "VERSION", "origin": {"https": 1}}, "invalid_argument"),
    ({"type": "VERSION", "extra": 1}, "invalid_argument"),
    ({"type": "VERSION", "cert": "3000"}, "invalid_argument"),
    ({"type": "VERSION", "src": "other.js"}, "invalid_argument"),
    ({"type": "VERSION", "tab": True}, "invalid_argument"),
    ({"type": "CERT", "filter": "ALL"}, "invalid_argument"),
    ({"type": "CERT", "filter": ["SIGN"]}, "invalid_argument"),
    ({"type": "CERT", "filter": "AUTH"}, "no_certificates"),
    ({"type": "CERT", "lang": "vi\n--"}, "invalid_argument"),
    ({"type": "CERT", "hash": "5a" * 32}, "invalid_argument"),
    ({"type": "VERSION", "origin": "http://gddt.baohiemxahoi.gov.vn"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://gddt.baohiemxahoi.gov.vn.example"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://gddt.baohiemxahoi.gov.vn/"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://gddt.baohiemxahoi.gov.vn:8443"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://gddt.baohiemxahoi.gov.vn@example.com"}, "not_allowed"),
    ({"type": "VERSION", "origin": "https://gddt.baohiеmxahoi.gov.vn"}, "not_allowed"),  # a Cyrillic letter
    ({"type": "VERSION", "origin": "HTTPS://GDDT.BAOHIEMXAHOI.GOV.VN"}, "not_allowed"),
    ({"type": "VERSION", "origin": " https://gddt.baohiemxahoi.gov.vn"}, "not_allowed"),
]


@pytest.mark.parametrize(("change", "code"), BAD, ids=lambda value: ascii(value)[:60])
def test_bad_requests_get_their_code_and_the_host_stays(relay, agent, change, code):
    """A request that breaks a rule is refused by its code, nothing is signed, and the next good one is served."""
    before = agent.ask(do="tally")["tally"]
    message = {"type": "VERSION", "nonce": NONCE, "origin": ORIGIN, **change}
    message = {name: value for name, value in message.items() if value is not None}
    with relay.port() as port:
        assert port.exchange(message)["result"] == code
        assert port.ask("VERSION")["result"] == "ok"
    assert agent.ask(do="tally")["tally"] == before


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "5a" * 20},
        {"hash": "5a" * 33},
        {"hash": "5a " * 32},
        {"hash": "zz" * 32},
        {"hash": ""},
        {"hash": None},
        {"hashtype": "MD5"},
        {"hashtype": "SHA-1"},
        {"hashtype": None},
        {"cert": "3000"},
        {"cert": None},
        {"cert": "OTHER"},
        {"info": 7},
        {"info": []},
        {"origin": OTHER_ORIGIN},
        {"filter": "SIGN"},
    ],
    ids=str,
)
def test_sign_only_what_fits(relay, agent, change):
    """SIGN needs the certificate that CERT gave here, a hash as long as its type, and the origin it began with."""
    if change.get("cert") == "OTHER":
        change = {"cert": made_up_certificate("Công ty Kim Liên")[1].hex()}
    before = agent.signatures()
    with relay.port() as port:
        request = {"cert": port.ask("CERT")["cert"], **SIGN, **change}
        assert _refusal(port.ask("SIGN", **request)) == {"result": "invalid_argument", "nonce": NONCE}
    assert agent.signatures() == before


def test_sign_before_certificate(relay, agent):
    """The right certificate is not enough: CERT must have given it in this very process."""
    before = agent.signatures()
    with relay.port() as port:
        given = port.ask("CERT")["cert"]
    with relay.port() as port:
        assert port.ask("SIGN", cert=given, **SIGN)["result"] == "invalid_argument"
    assert agent.signatures() == before


def test_origin_is_bound_for_the_life_of_the_process(relay):
    """A second origin, though allowed by itself, is refused; the first one is still served; a refused origin binds nothing."""
    with relay.port() as port:
        assert port.ask("VERSION", origin="https://evil.example")["result"] == "not_allowed"
        assert port.ask("VERSION")["result"] == "ok"
        assert port.ask("VERSION", origin=OTHER_ORIGIN)["result"] == "invalid_argument"
        assert port.ask("VERSION")["result"] == "ok"


@pytest.mark.parametrize("header", [b"\xff\xff\xff\xff", struct.pack("=I", 8193), b"\x00\x00\x00\x3c"], ids=str)
def test_lengths_beyond_the_cap_end_the_host(relay, header):
    """4 GiB, one byte too many, or a length in the other byte order: the code, and the host ends without reading on."""
    with relay.port() as port:
        port.write(header)
        assert _refusal(port.read()) == {"result": "invalid_argument"}
        assert port.read() is None
        assert port.process.wait(20) == 1


def test_the_cap_itself_is_served(relay):
    """8192 bytes are a message like any other."""
    message = {"type": "CERT", "nonce": NONCE, "origin": ORIGIN, "lang": "vi"}
    payload = encoded(message)[:-1] + b" " * (8192 - len(encoded(message))) + b"}"
    with relay.port() as port:
        assert port.exchange(payload)["result"] == "ok"


@pytest.mark.parametrize("rest", [b"", b"\x10\x00", b"\x10\x00\x00\x00", b"\x10\x00\x00\x00{"], ids=str)
def test_host_leaves_when_its_pipe_closes(relay, rest):
    """Between two frames or within one, the host goes with the browser: status 0, nothing said."""
    with relay.port() as port:
        assert port.ask("VERSION")["result"] == "ok"
        port.write(rest)
        assert port.hang_up() == (b"", 0)


@pytest.mark.parametrize("half", [b"\x40", b"\x40\x00\x00\x00", b"\x40\x00\x00\x00{"], ids=str)
def test_half_a_frame_then_silence(tmp_path, agent, half):
    """While the pipe stays open the rest is waited for as long as the settings say, then the host refuses and ends."""
    relay = installed(tmp_path, stall_s=0.2, agent_address=agent.address, agent_authkey=agent.authkey.hex())
    with relay.port() as port:
        assert port.ask("VERSION")["result"] == "ok"
        port.write(half)
        assert _refusal(port.read()) == {"result": "invalid_argument"}
        assert port.read() is None
        assert port.process.wait(20) == 1


def test_a_frame_in_small_pieces(relay):
    """A frame may come byte by byte."""
    with relay.port() as port:
        for byte in frame(encoded({"type": "VERSION", "nonce": NONCE, "origin": ORIGIN})):
            port.write(bytes([byte]))
        assert port.read()["result"] == "ok"

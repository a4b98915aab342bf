"""The stand-in signing library as Chrome meets it: a process, two pipes, frames. Each test runs a real one over a real token."""

import json
import struct
import subprocess
from contextlib import contextmanager

import PyKCS11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from fixtures.extension import EXTENSION_ID, HOST_NAME
from fixtures.vendor import VERSION, manifest
from fixtures.vendor.desk import code_of

ORIGIN = "https://gddt.baohiemxahoi.gov.vn"
HASHES = {
    "SHA-1": hashes.SHA1,
    "SHA-224": hashes.SHA224,
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}


class Port:
    """Chrome's end of the pipes."""

    def __init__(self, process):
        self.process = process

    def send_raw(self, payload):
        self.process.stdin.write(struct.pack("=I", len(payload)) + payload)
        self.process.stdin.flush()

    def read(self):
        header = self.process.stdout.read(4)
        if not header:
            return None
        return json.loads(self.process.stdout.read(struct.unpack("=I", header)[0]))

    def ask(self, **message):
        self.send_raw(json.dumps({"nonce": "abcdefgh01234567", "origin": ORIGIN, **message}).encode())
        return self.read()


@contextmanager
def _port(program):
    with subprocess.Popen(
        [program, f"chrome-extension://{EXTENSION_ID}/"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin"},
    ) as process:
        yield Port(process)
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture
def port(token_world):
    with _port(token_world.hosts["hoa-binh"]) as opened:
        yield opened


def _digest(name):
    return "5a" * HASHES[name].digest_size


def test_version_echoes_the_nonce(port):
    """VERSION answers with version, nonce and ok, and nothing else."""
    assert port.ask(type="VERSION") == {"version": VERSION, "nonce": "abcdefgh01234567", "result": "ok"}


@pytest.mark.parametrize("hash_type", HASHES)
def test_signature_verifies_with_the_certificate(port, token_world, hash_type):
    """SIGN after CERT gives a PKCS#1 v1.5 signature by the certificate's key, for each hash the protocol knows."""
    given = port.ask(type="CERT", lang="vi", filter="SIGN")
    certificate = x509.load_der_x509_certificate(bytes.fromhex(given["cert"]))
    assert certificate == x509.load_pem_x509_certificate(token_world.tokens["hoa-binh"].certificate.read_bytes())
    answer = port.ask(type="SIGN", cert=given["cert"], hash=_digest(hash_type), hashtype=hash_type, lang="vi", info="")
    assert {key: answer[key] for key in ("nonce", "result")} == {"nonce": "abcdefgh01234567", "result": "ok"}
    certificate.public_key().verify(
        bytes.fromhex(answer["signature"]),
        bytes.fromhex(_digest(hash_type)),
        padding.PKCS1v15(),
        utils.Prehashed(HASHES[hash_type]()),
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({}, "invalid_argument"),
        ({"type": "VERSION", "nonce": None}, "invalid_argument"),
        ({"type": "VERSION", "origin": None}, "invalid_argument"),
        ({"type": "ERASE"}, "invalid_argument"),
        ({"type": "CERT", "filter": "ALL"}, "invalid_argument"),
        ({"type": "VERSION", "origin": "http://gddt.baohiemxahoi.gov.vn"}, "not_allowed"),
        ({"type": "VERSION", "origin": "https://"}, "not_allowed"),
        ({"type": "SIGN", "cert": "3000", "hash": "5a" * 32, "hashtype": "SHA-256"}, "invalid_argument"),
    ],
)
def test_bad_requests_get_a_code_and_the_host_stays(port, message, code):
    """A request that breaks a rule is refused by its code, and the next good one is served."""
    assert port.ask(**message)["result"] == code
    assert port.ask(type="VERSION")["result"] == "ok"


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"\xff", b"not json", b""])
def test_probe_and_noise_are_invalid_argument(port, payload):
    """The extension's probe, and anything that is no object, is answered with invalid_argument."""
    port.send_raw(payload)
    assert port.read()["result"] == "invalid_argument"


def test_origin_is_bound_for_the_life_of_the_process(port):
    """A second origin in one process is refused, the first one is still served."""
    assert port.ask(type="VERSION")["result"] == "ok"
    assert port.ask(type="VERSION", origin="https://dichvucong.baohiemxahoi.gov.vn")["result"] == "invalid_argument"
    assert port.ask(type="VERSION")["result"] == "ok"


@pytest.mark.parametrize(
    "change", [{"hash": "5a" * 20}, {"hashtype": "MD5"}, {"hash": "zz" * 32}, {"cert": "3000"}, {"hash": None}, {"cert": "OTHER"}]
)
def test_sign_only_what_fits(port, token_world, change):
    """SIGN needs the certificate that CERT gave here, and a hash as long as its type; another organisation's is refused."""
    given = port.ask(type="CERT")["cert"]
    if change.get("cert") == "OTHER":
        other = x509.load_pem_x509_certificate(token_world.tokens["kim-lien"].certificate.read_bytes())
        from cryptography.hazmat.primitives.serialization import Encoding

        change = {"cert": other.public_bytes(Encoding.DER).hex()}
    request = {"cert": given, "hash": "5a" * 32, "hashtype": "SHA-256", **change}
    assert port.ask(type="SIGN", **request)["result"] == "invalid_argument"


def test_message_over_the_cap_ends_the_host(port):
    """8192 bytes are read; 8193 are answered with invalid_argument, and the host ends without reading them."""
    padding_length = 8192 - len(json.dumps({"nonce": "a", "origin": ORIGIN, "type": "VERSION", "lang": ""}))
    port.send_raw(json.dumps({"nonce": "a", "origin": ORIGIN, "type": "VERSION", "lang": "x" * padding_length}).encode())
    assert port.read()["result"] == "ok"
    port.process.stdin.write(struct.pack("=I", 8193))
    port.process.stdin.flush()
    assert port.read()["result"] == "invalid_argument"
    assert port.read() is None
    assert port.process.wait(timeout=10) == 1


@pytest.mark.parametrize("rest", [b"", b"\x10\x00", b"\x10\x00\x00\x00{"])
def test_host_leaves_when_its_pipe_closes(port, rest):
    """The host ends with status 0 once Chrome closes the pipe, also in the midst of a frame."""
    assert port.ask(type="VERSION")["result"] == "ok"
    port.process.stdin.write(rest)
    port.process.stdin.close()
    assert port.process.wait(timeout=10) == 0


def test_expired_certificate_is_still_offered(token_world):
    """The library hands out a certificate that ran out: the portal is the one to refuse it."""
    with _port(token_world.hosts["bach-dang"]) as port:
        assert port.ask(type="CERT")["result"] == "ok"


@pytest.fixture
def other_fingers(token_world):
    """A second desk at truong-son's token whose PIN file a test may spoil."""
    program = token_world.hosts["truong-son"]
    pin = program.with_name("pin")
    true_pin = pin.read_text()
    yield program, pin
    pin.write_text(true_pin)


@pytest.mark.parametrize(
    ("typed", "code", "said"), [("", "user_cancel", "hủy"), ("00000000x", "technical_error", "Mã PIN không đúng")]
)
def test_person_cancels_or_mistypes(other_fingers, typed, code, said):
    """No PIN is a person who cancelled; a wrong PIN is reported once; after the right one the token signs."""
    program, pin = other_fingers
    true_pin = pin.read_text()
    with _port(program) as port:
        request = {"type": "SIGN", "cert": port.ask(type="CERT")["cert"], "hash": "5a" * 32, "hashtype": "SHA-256"}
        pin.write_text(typed)
        refusal = port.ask(**request)
        assert refusal["result"] == code
        assert said in refusal["message"]
        pin.write_text(true_pin)
        assert port.ask(**request)["result"] == "ok"


def test_missing_token_is_no_certificates(token_world):
    """A token that is not plugged in is told as no_certificates."""
    program = token_world.hosts["hoa-binh"]
    script = program.read_text(encoding="utf-8").replace("--organisation hoa-binh", "--organisation song-lo")
    bare = program.with_name("vss-host-bare")
    bare.write_text(script, encoding="utf-8")
    bare.chmod(0o755)
    with _port(bare) as port:
        assert port.ask(type="CERT")["result"] == "no_certificates"


def test_driver_states_have_their_codes():
    """What SoftHSM never does, a real token does: a blocked PIN, a pulled token and a broken driver have their own codes."""
    assert code_of(PyKCS11.CKR_PIN_LOCKED)[0] == "pin_blocked"
    assert code_of(PyKCS11.CKR_DEVICE_REMOVED)[0] == "no_certificates"
    assert code_of(PyKCS11.CKR_DEVICE_ERROR)[0] == "driver_error"
    assert code_of(PyKCS11.CKR_KEY_HANDLE_INVALID)[0] == "technical_error"


def test_no_pin_in_program_or_answers(token_world):
    """The program that Chrome starts holds no PIN, and neither does its command line."""
    program = token_world.hosts["hoa-binh"]
    pin = program.with_name("pin").read_text()
    assert pin not in program.read_text(encoding="utf-8")
    assert program.with_name("pin").stat().st_mode & 0o777 == 0o600


def test_manifest_names_one_extension(token_world):
    """The manifest allows the world's extension only, by its trailing-slash origin."""
    program = token_world.hosts["hoa-binh"]
    written = manifest(program, EXTENSION_ID)
    assert (written["name"], written["type"], written["path"]) == (HOST_NAME, "stdio", str(program))
    assert written["allowed_origins"] == [f"chrome-extension://{EXTENSION_ID}/"]

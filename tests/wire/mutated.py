"""Frames made from good ones by damage, and a judge of its own that says which of them may be signed.

A batch goes to one relay process behind a good CERT. The judge reads the raw bytes as the protocol's text has it and counts the
answers and the signatures to expect; the relay's answers and the agent's count must agree with it.
"""

import contextlib
import copy
import json
import struct
import threading
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.wire.port import NONCE, ORIGIN, OTHER_ORIGIN, Installed, encoded, frame

Batch = tuple[list[bytes], bytes | None]  # payloads, and the last one's header where it is not its own
HASH_BYTES = {"SHA-1": 20, "SHA-224": 28, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64}
CODES = {"ok", "invalid_argument", "not_allowed", "no_certificates"}  # what an agent in order leaves to be answered
KEYS = ("type", "nonce", "origin", "cert", "hash", "hashtype", "lang", "info", "filter", "src", "tab", "pin", "")
VALUES: list[Any] = [
    *("VERSION", "CERT", "SIGN", "DONE", "", "page.js", NONCE, "vi", "SHA-1", "SHA-256", "SHA-512", "MD5"),
    *(ORIGIN, OTHER_ORIGIN, ORIGIN.replace("https", "http"), ORIGIN + ".example", ORIGIN + "/", "5a" * 20, "5a" * 32, "5A" * 64),
    *("zz", "5a " * 32, "\ud800", "é" * 300, None, True, 0, -1, 1.5, [], {}, ["SIGN"], {"a": {"b": []}}),
]


def good(certificate: str) -> list[dict[str, Any]]:
    """Messages that are served as they are."""
    common = {"nonce": NONCE, "origin": ORIGIN, "src": "page.js", "tab": 3}
    return [
        {"type": "VERSION", **common},
        {"type": "CERT", "lang": "vi", "filter": "SIGN", **common},
        {"type": "SIGN", "cert": certificate, "hash": "5a" * 32, "hashtype": "SHA-256", "lang": "vi", "info": "Ký", **common},
        {"type": "SIGN", "cert": certificate, "hash": "a5" * 64, "hashtype": "SHA-512", "nonce": "n", "origin": ORIGIN},
    ]


@st.composite
def _message(draw: st.DrawFn) -> bytes:
    """A good message with some of its keys dropped, renamed or given another value; `CERTIFICATE` stands for the right one."""
    message = copy.deepcopy(draw(st.sampled_from(good("CERTIFICATE"))))
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from([*message, *KEYS]))
        change = draw(st.sampled_from(["drop", "set", "set", "rename", "junk"]))
        if change == "drop":
            message.pop(key, None)
        elif change == "set":
            message[key] = draw(st.sampled_from(VALUES))
        elif change == "rename" and key in message:
            message[key.upper()] = message.pop(key)
        elif change == "junk":
            message[key] = draw(st.text(max_size=40) | st.integers() | st.booleans() | st.none())
    return encoded(message)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A message's bytes, some of them flipped, cut out, doubled or put in."""
    data = bytearray(draw(_message()))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        change = draw(st.sampled_from(["flip", "cut", "insert", "double", "tail"]))
        if change == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 20))]
        elif change == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif change == "double":
            data[at:at] = data[at : at + 30]
        elif change == "tail":
            del data[at:]
    return bytes(data)


_payload = st.one_of(_message(), _message(), _damaged(), st.binary(max_size=60))
# A wrong header ends the process, so only a batch's last frame may have one.
_header = st.sampled_from([None, None, None, b"\xff\xff\xff\xff", b"\x01\x20\x00\x00", b"\x00\x00\x00\x40", b"\x07\x00", b""])
batches = st.tuples(st.lists(_payload, min_size=25, max_size=25), _header)


@dataclass
class Judge:
    """The protocol's rules once more, written from its text, for counting only."""

    certificate: str
    answers: int = 0
    signatures: int = 0
    over_the_cap: bool = False

    def read(self, raw: bytes) -> None:
        """Count what a stream of bytes must lead to."""
        while len(raw) >= 4:
            (length,) = struct.unpack("=I", raw[:4])
            if length > 8192:
                self.answers += 1
                self.over_the_cap = True
                return
            payload, raw = raw[4 : 4 + length], raw[4 + length :]
            if len(payload) < length:
                return
            self.answers += 1
            self.signatures += self._may_be_signed(payload)

    def _may_be_signed(self, payload: bytes) -> bool:
        try:
            pairs = json.loads(payload.decode("utf-8"), object_pairs_hook=lambda pairs: pairs)
            message = dict(pairs)
        except (ValueError, TypeError):
            return False
        named = set(message)
        return (
            len(named) == len(pairs)
            and {"type", "nonce", "origin", "cert", "hash", "hashtype"} <= named
            and named <= {"type", "nonce", "origin", "cert", "hash", "hashtype", "lang", "info", "src", "tab"}
            and message["type"] == "SIGN"
            and message["origin"] == ORIGIN
            and isinstance(message["nonce"], str)
            and 0 < len(message["nonce"]) <= 64
            and message["nonce"].replace("-", "").replace("_", "").isascii()
            and (message["nonce"].replace("-", "").replace("_", "") or "a").isalnum()
            and isinstance(message["cert"], str)
            and message["cert"].lower() == self.certificate
            and isinstance(message["hash"], str)
            and isinstance(message["hashtype"], str)
            and len(message["hash"]) == 2 * HASH_BYTES.get(message["hashtype"], -1)
            and all(letter in "0123456789abcdefABCDEF" for letter in message["hash"])
            and message.get("src", "page.js") == "page.js"
            and type(message.get("tab", 0)) is int
            and isinstance(message.get("info", ""), str | None)
            and _is_language(message.get("lang"))
        )


def _is_language(value: object) -> bool:
    if value is None or value == "":
        return True
    if not isinstance(value, str) or not value.isascii():
        return False
    first, *rest = value.split("-")
    return first.isalpha() and 2 <= len(first) <= 3 and all(part.isalnum() and 2 <= len(part) <= 8 for part in rest)


@dataclass(frozen=True)
class Verdict:
    """What a batch has shown."""

    frames: int
    answers: int
    signatures: int


def run_batch(relay: Installed, agent: Any, batch: Batch) -> Verdict:
    """Send a batch to a relay of its own and hold the outcome against the judge. Raises `AssertionError` where they differ."""
    before = len(agent.signatures())
    with relay.port() as port:
        certificate = port.ask("CERT")["cert"]
        payloads, header = [payload.replace(b"CERTIFICATE", certificate.encode()) for payload in batch[0]], batch[1]
        raw = b"".join(frame(payload) for payload in payloads[:-1])
        raw += frame(payloads[-1]) if header is None else header + payloads[-1]
        judge = Judge(certificate)
        judge.read(raw)
        try:
            port.write(raw)
        except BrokenPipeError:
            assert judge.over_the_cap  # it ended without reading on
        answers = _answers(port, judge.answers)
        status = port.process.wait(20)
    assert status == (1 if judge.over_the_cap else 0)
    assert len(answers) == judge.answers
    assert {answer["result"] for answer in answers} <= CODES
    assert all(answer["result"] == "ok" or answer["message"] for answer in answers)
    assert sum("signature" in answer for answer in answers) == judge.signatures
    assert len(agent.signatures()) - before == judge.signatures
    return Verdict(len(batch[0]), len(answers), judge.signatures)


def _answers(port: Any, expected: int) -> list[dict[str, Any]]:
    """All answers. The browser's end stays open until the expected ones are in: a relay stops working for one that has left."""
    answers: list[dict[str, Any]] = []
    end = threading.Timer(60, port.process.kill)  # a relay that answers less must not hold the proof up
    end.start()
    while len(answers) < expected and (answer := port.read()) is not None:
        answers.append(answer)
    with contextlib.suppress(BrokenPipeError):  # what was left in the buffer has no reader any more
        port.process.stdin.close()
    while (answer := port.read()) is not None:
        answers.append(answer)
    end.cancel()
    end.join()
    return answers

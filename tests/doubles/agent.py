"""An agent's stand-in for the relay's tests: a process on the same channel, with a key in software, that counts what it is asked.

It checks nothing by itself: what reaches it and should not have is counted all the same, and the count is what tests look at.
Besides `hello`, `certificate` and `sign` it takes `tally` (what was asked so far), `fail` (the answer to give the next times) and
`forget` (what `fail` said).
Started as `python -m tests.doubles.agent SOCKET`, authkey in hexadecimal on stdin, `ready` on stdout; ends when stdin closes.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.x509.oid import NameOID

HASHES = {
    "SHA-1": hashes.SHA1(),  # noqa: S303 - a hash the protocol names; whether to sign it is the true agent's to say
    "SHA-224": hashes.SHA224(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
}


def algorithm(hash_function: str) -> dict[str, str]:
    """How this agent signs."""
    return {"cryptoAlgorithm": "RSA", "hashFunction": hash_function, "paddingScheme": "PKCS1.5"}


def made_up_certificate(name: str) -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key and its own certificate (DER)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    return key, certificate


class StandIn:
    """The key, the counts, and the answer to give instead of the truth."""

    def __init__(self) -> None:
        self.key, self.certificate = made_up_certificate("Công ty Hòa Bình")
        self.tally: Counter[str] = Counter()
        self.signed: list[str] = []
        self.key_s = 0.0
        self.instead: list[Any] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | bytes | None:
        """The answer; bytes are sent as they are, None is silence."""
        kind = request["do"]
        if kind in {"tally", "fail", "forget"}:
            return self._told(kind, request)
        self.tally[kind] += 1
        if kind == "sign":
            self.signed.append(request["hash"])
        if self.instead:
            said = self.instead.pop(0)
            return said.encode() if isinstance(said, str) else said
        if kind == "hello":
            return {"ok": True, "version": "0"}
        if kind == "certificate":
            listed = [algorithm(name) for name in ("SHA-256", "SHA-384", "SHA-512")]
            return {"ok": True, "certificate": b64encode(self.certificate).decode(), "algorithms": listed}
        return self._sign(request)

    def _told(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        """What the test itself asks for."""
        if kind == "fail":
            self.instead += [request["answer"]] * request["times"]
        elif kind == "forget":
            self.instead.clear()
        return {"ok": True, "tally": self.tally, "signed": self.signed, "key_s": self.key_s}

    def _sign(self, request: dict[str, Any]) -> dict[str, Any]:
        if b64decode(request["certificate"]) != self.certificate:
            return {"ok": False, "code": "invalid_argument", "message": "another certificate"}
        began = time.perf_counter()
        chosen = utils.Prehashed(HASHES[request["hash_function"]])
        signature = self.key.sign(bytes.fromhex(request["hash"]), padding.PKCS1v15(), chosen)
        self.key_s += time.perf_counter() - began
        return {"ok": True, "signature": b64encode(signature).decode(), "algorithm": algorithm(request["hash_function"])}


def serve(connection: Connection, stand_in: StandIn) -> None:
    """One connection, until the other end leaves."""
    with connection:
        try:
            while True:
                answer = stand_in.answer(json.loads(connection.recv_bytes()))
                if answer is not None:
                    connection.send_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        except (EOFError, ConnectionError):
            return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.agent", description=__doc__)
    parser.add_argument("socket")
    address = parser.parse_args().socket
    authkey = bytes.fromhex(sys.stdin.readline())
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    stand_in = StandIn()
    with Listener(address, authkey=authkey) as listener:
        print("ready", flush=True)  # noqa: T201 - whoever started this waits for the word
        while True:
            try:
                connection = listener.accept()
            except (AuthenticationError, EOFError, ConnectionError):
                continue  # somebody with another key
            threading.Thread(target=serve, args=(connection, stand_in), daemon=True).start()


@dataclass(frozen=True)
class RunningAgent:
    """Where the process listens, and what it has been asked."""

    address: str
    authkey: bytes

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request on a connection of its own."""
        with Client(self.address, authkey=self.authkey) as connection:
            connection.send_bytes(json.dumps(request).encode())
            answer: dict[str, Any] = json.loads(connection.recv_bytes())
        return answer

    def signatures(self) -> list[str]:
        """The hashes (hexadecimal) it was asked to sign, in order."""
        return [str(digest) for digest in self.ask(do="tally")["signed"]]

    def instead(self, answer: Any, times: int = 1) -> None:
        """Give this answer the next times: an object, a string sent as it is, or None for silence."""
        self.ask(do="fail", answer=answer, times=times)


@contextmanager
def running(folder: Path) -> Iterator[RunningAgent]:
    """The stand-in as a process; `folder` must have a short path (a socket's name has at most 107 bytes)."""
    authkey, address = os.urandom(32), str(folder / "agent")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.doubles.agent", address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(authkey.hex() + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        yield RunningAgent(address, authkey)


if __name__ == "__main__":
    main()

"""The relay's line to the agent: one authenticated connection a request, JSON in UTF-8, never a pickle.

A connection a request, so that an agent started anew is found again, and one that serves another browser is not held up.
"""

from __future__ import annotations

import binascii
import json
import threading
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from robot.signing.protocols.messages import CODES, Refused
from robot.signing.protocols.seam import Algorithm, Given, Signed

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 16 * 1024  # bytes a message, either way
_LONGEST_SENTENCE: Final = 300
_LOOK_S: Final = 0.1  # between two looks whether the browser is still there
_ALGORITHM: Final = ("cryptoAlgorithm", "hashFunction", "paddingScheme")


class BrowserGone(Exception):  # noqa: N818 - the name says what happened
    """The browser closed the port while the agent was asked: nobody waits for the answer any more."""


class AgentChannel:
    """An `Agent` at the other end of a local channel.

    `gone` says whether the browser has left, `note` takes an event for the transcript.
    """

    def __init__(
        self,
        address: str,
        authkey: bytes,
        timers_s: tuple[float, float],
        gone: Callable[[], bool],
        note: Callable[..., None],
    ) -> None:
        self._address = address
        self._authkey = authkey
        self._connect_s, self._answer_s = timers_s
        self._gone = gone
        self._note = note

    def certificate(self, origin: str, lang: str) -> Given:
        """The certificate that the settings pin."""
        answer = self._ask({"do": "certificate", "origin": origin, "lang": lang})
        algorithms = answer.get("algorithms")
        if not isinstance(algorithms, list):
            self._misspoken()
        return Given(self._bytes(answer, "certificate"), [self._algorithm(each) for each in algorithms])

    def sign(self, origin: str, certificate: bytes, digest: bytes, hash_function: str) -> Signed:
        """The signature over a digest with the key of that certificate."""
        shown = binascii.b2a_base64(certificate, newline=False).decode()
        request = {"do": "sign", "origin": origin, "certificate": shown, "hash": digest.hex(), "hash_function": hash_function}
        answer = self._ask(request)
        return Signed(self._bytes(answer, "signature"), self._algorithm(answer.get("algorithm")))

    def _ask(self, request: dict[str, str]) -> dict[str, Any]:
        call = _Call(self._address, self._authkey, request, self._answer_s)
        threading.Thread(target=call.make, daemon=True).start()
        began = time.monotonic()
        while not call.done.wait(_LOOK_S):
            if self._gone():
                raise BrowserGone
            # The connection's own handshake has no time limit; what comes after it has.
            if not call.connected and time.monotonic() - began > self._connect_s:
                call.failure = "AgentSilent"
                break
        if call.failure:
            self._note("agent_unreachable", why=call.failure)
            raise Refused("technical_error", "the signing agent does not answer")
        if call.answer is None:
            self._note("agent_silent", seconds=self._answer_s)
            raise Refused("timeout", "no answer in time")
        return self._checked(call.answer)

    def _checked(self, payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self._misspoken()
        if answer.get("ok") is True:
            return answer
        code, message = answer.get("code"), answer.get("message")
        if code not in CODES:
            self._misspoken()
        raise Refused(code, message[:_LONGEST_SENTENCE] if isinstance(message, str) else "")

    def _bytes(self, answer: dict[str, Any], name: str) -> bytes:
        value = answer.get(name)
        try:
            decoded = binascii.a2b_base64(value, strict_mode=True) if isinstance(value, str) else b""
        except (binascii.Error, ValueError):
            decoded = b""
        return decoded or self._misspoken()

    def _algorithm(self, value: Any) -> Algorithm:
        if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in _ALGORITHM):
            self._misspoken()
        return Algorithm(
            cryptoAlgorithm=value["cryptoAlgorithm"],
            hashFunction=value["hashFunction"],
            paddingScheme=value["paddingScheme"],
        )

    def _misspoken(self) -> NoReturn:
        self._note("agent_misspoken")
        raise Refused("technical_error", "the signing agent's answer cannot be used")


class _Call:
    """One request, made in a thread of its own so that the relay can look up from it."""

    def __init__(self, address: str, authkey: bytes, request: dict[str, str], answer_s: float) -> None:
        self._address, self._authkey = address, authkey
        self._request = json.dumps(request).encode()
        self._answer_s = answer_s
        self.done = threading.Event()
        self.connected = False
        self.answer: bytes | None = None
        self.failure = ""

    def make(self) -> None:
        # Half of the relay's start-up; a probe or VERSION does without it.
        from multiprocessing import AuthenticationError  # noqa: PLC0415 - see above
        from multiprocessing.connection import Client  # noqa: PLC0415 - see above

        try:
            with Client(self._address, authkey=self._authkey) as connection:
                self.connected = True
                connection.send_bytes(self._request)
                if connection.poll(self._answer_s):
                    self.answer = connection.recv_bytes(LARGEST)
        except (OSError, EOFError, ValueError, AuthenticationError) as error:
            self.failure = type(error).__name__
        finally:
            self.done.set()

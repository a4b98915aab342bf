"""web-eid as its native host keeps it: the host greets with its version, serves one request, and ends.

Requests `{"command", "arguments"}` with `get-signing-certificate` or `sign`; answers as in web-eid-app 2.5, errors as
`{"error": {"code", "message"}}`. Each request has a process of its own, so it is the agent that holds `sign` to its certificate.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from robot.signing.protocols import messages
from robot.signing.protocols.messages import Message, Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from robot.signing.protocols.seam import Agent

VERSION: Final = "2.5.0"
_CODES: Final = {
    "user_cancel": "ERR_WEBEID_USER_CANCELLED",
    "timeout": "ERR_WEBEID_USER_TIMEOUT",
    "invalid_argument": "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
    # An origin that is not https is an argument like any other to web-eid-app.
    "not_allowed": "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
}
_FATAL: Final = "ERR_WEBEID_NATIVE_FATAL"


class WebEid:
    """One process's one request."""

    def __init__(self, agent: Agent, origins: Collection[str], version: str = VERSION) -> None:
        self._agent = agent
        self._origins = origins
        self.greeting: Message | None = {"version": version}
        self.ends = False

    def answer(self, message: Mapping[str, Any]) -> Message:
        """The answer to the one message; the host ends after it, whatever it was."""
        try:
            answer = self._serve(message)
        except Refused as refusal:
            return self.refuse(refusal)
        self.ends = True
        return answer

    def refuse(self, refusal: Refused) -> Message:
        """A refusal in this protocol's words."""
        self.ends = True
        return {"error": {"code": _CODES.get(refusal.code, _FATAL), "message": str(refusal)}}

    def _serve(self, message: Mapping[str, Any]) -> Message:
        if self.ends:
            raise Refused("invalid_argument", "one request a process")
        messages.only(message, ("command", "arguments"))
        arguments = message["arguments"]
        if not isinstance(arguments, dict):
            raise Refused("invalid_argument", "arguments must be an object")
        command = messages.text(message, "command")
        if command == "get-signing-certificate":
            return self._serve_certificate(arguments)
        if command == "sign":
            return self._serve_signature(arguments)
        raise Refused("invalid_argument", "unknown command")

    def _serve_certificate(self, arguments: Mapping[str, Any]) -> Message:
        messages.only(arguments, ("origin",), ("lang",))
        given = self._agent.certificate(self._origin(arguments), messages.language(arguments))
        return {
            "certificate": b64encode(given.certificate).decode(),
            "supportedSignatureAlgorithms": [dict(algorithm) for algorithm in given.algorithms],
        }

    def _serve_signature(self, arguments: Mapping[str, Any]) -> Message:
        messages.only(arguments, ("hash", "hashFunction", "certificate", "origin"), ("lang",))
        messages.language(arguments)
        certificate, digest = messages.from_base64(arguments, "certificate"), messages.from_base64(arguments, "hash")
        hash_function = messages.text(arguments, "hashFunction")
        if hash_function == "SHA-1":
            raise Refused("invalid_argument", "web-eid knows no SHA-1")
        messages.fitting(hash_function, digest)
        signed = self._agent.sign(self._origin(arguments), certificate, digest, hash_function)
        return {"signature": b64encode(signed.signature).decode(), "signatureAlgorithm": dict(signed.algorithm)}

    def _origin(self, arguments: Mapping[str, Any]) -> str:
        origin = messages.text(arguments, "origin")
        messages.allowed(origin, self._origins)
        return origin

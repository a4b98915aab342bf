"""token-signing, open-eid's chrome-token-signing, as its native host keeps it.

Requests `VERSION`, `CERT`, `SIGN` with `nonce` and `origin`; answers `{"version" | "cert" | "signature", "nonce", "result"}`
or `{"result": code, "message", "nonce"}`. The origin is bound to the process, and so is the certificate that may sign.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from robot.signing.protocols import messages
from robot.signing.protocols.messages import CODES, Message, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from robot.signing.protocols.seam import Agent

_ALWAYS: Final = ("type", "nonce", "origin")
_STAMPS: Final = ("src", "tab", "lang")  # what page and worker add on the way
# The page makes 16 of [a-z0-9]; other extensions of this family make others. It is echoed, so it must be harmless.
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILTERS: Final = (None, "", "SIGN", "AUTH")


class TokenSigning:
    """One process's conversation with one page."""

    greeting: Message | None = None
    ends = False

    def __init__(self, agent: Agent, origins: Collection[str], version: str) -> None:
        self._agent = agent
        self._origins = origins
        self._version = version
        self._origin: str | None = None
        self._given: bytes | None = None

    def answer(self, message: Mapping[str, Any]) -> Message:
        """The answer to one message."""
        nonce = message.get("nonce")
        echoed = {"nonce": nonce} if isinstance(nonce, str) and _NONCE.fullmatch(nonce) else {}
        try:
            return {**self._serve(message), **echoed, "result": "ok"}
        except Refused as refusal:
            return {**self.refuse(refusal), **echoed}

    def refuse(self, refusal: Refused) -> Message:
        """A refusal in this protocol's words; it has no code for a person who does not answer."""
        code = refusal.code if refusal.code in CODES - {"timeout"} else "technical_error"
        return {"result": code, "message": str(refusal)}

    def _serve(self, message: Mapping[str, Any]) -> Message:
        kind = messages.text(message, "type")
        services: dict[str, tuple[Callable[[Mapping[str, Any], str], Message], tuple[str, ...], tuple[str, ...]]] = {
            "VERSION": (self._serve_version, (), ()),
            "CERT": (self._serve_certificate, (), ("filter",)),
            "SIGN": (self._serve_signature, ("cert", "hash", "hashtype"), ("info",)),
        }
        if kind not in services:
            raise Refused("invalid_argument", "unknown type")
        service, required, optional = services[kind]
        messages.only(message, _ALWAYS + required, _STAMPS + optional)
        _check_stamps(message)
        origin = messages.text(message, "origin")
        messages.allowed(origin, self._origins)
        if self._origin not in {None, origin}:
            raise Refused("invalid_argument", "the origin changed within one process")
        self._origin = origin
        return service(message, origin)

    def _serve_version(self, _message: Mapping[str, Any], _origin: str) -> Message:
        return {"version": self._version}

    def _serve_certificate(self, message: Mapping[str, Any], origin: str) -> Message:
        wanted = message.get("filter")
        if wanted not in _FILTERS:
            raise Refused("invalid_argument", "unknown filter")
        if wanted == "AUTH":
            raise Refused("no_certificates", "the certificate that is set up is one for signing")
        given = self._agent.certificate(origin, messages.language(message))
        self._given = given.certificate
        return {"cert": given.certificate.hex()}

    def _serve_signature(self, message: Mapping[str, Any], origin: str) -> Message:
        certificate, digest = messages.from_hex(message, "cert"), messages.from_hex(message, "hash")
        hash_function = messages.text(message, "hashtype")
        messages.fitting(hash_function, digest)
        if self._given is None or certificate != self._given:
            raise Refused("invalid_argument", "SIGN with a certificate that CERT did not give")
        return {"signature": self._agent.sign(origin, certificate, digest, hash_function).signature.hex()}


def _check_stamps(message: Mapping[str, Any]) -> None:
    """What comes along with every request: checked for its form, and otherwise not used."""
    if not _NONCE.fullmatch(messages.text(message, "nonce")):
        raise Refused("invalid_argument", "nonce must be letters and digits, at most 64")
    if message.get("src", "page.js") != "page.js":
        raise Refused("invalid_argument", "unknown src")
    if type(message.get("tab", 0)) is not int:
        raise Refused("invalid_argument", "tab must be a number")
    messages.language(message)
    if not isinstance(message.get("info", ""), str | None):
        raise Refused("invalid_argument", "info must be a text")

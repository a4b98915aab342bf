"""What a protocol needs of whoever holds the token."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypedDict


class Algorithm(TypedDict):
    """How a signature is made, in web-eid's words: `RSA` or `ECC`, `SHA-256`…, `PKCS1.5`, `PSS` or `NONE`."""

    cryptoAlgorithm: str
    hashFunction: str
    paddingScheme: str


class Given(NamedTuple):
    """The certificate (DER) to sign with, and what its key can do."""

    certificate: bytes
    algorithms: list[Algorithm]


class Signed(NamedTuple):
    """A signature, and how it was made; an elliptic-curve one is r and s side by side, as both protocols want it."""

    signature: bytes
    algorithm: Algorithm


class Agent(Protocol):
    """Whoever holds the token; both methods raise `Refused` with one of its codes."""

    def certificate(self, origin: str, lang: str) -> Given:
        """The certificate that the settings pin."""

    def sign(self, origin: str, certificate: bytes, digest: bytes, hash_function: str) -> Signed:
        """The signature over a digest with the key of that certificate."""

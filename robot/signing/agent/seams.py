"""What the agent needs of others: the books, and tokens with sessions; and how it says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.signing.token import Algorithm, Scheme, Token, TokenCertificate

Code = Literal[
    "user_cancel",
    "no_certificates",
    "invalid_argument",
    "not_allowed",
    "technical_error",
    "driver_error",
    "pin_blocked",
    "timeout",
]


class Refusal(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """A request that is answered with a code of the protocol and a sentence, never with a signature."""

    def __init__(self, code: Code, message: str) -> None:
        self.code: Code = code
        super().__init__(message)


class Books(Protocol):
    """What must be on disk before and after the token is asked."""

    def run_is_open(self) -> bool:
        """Whether the run that this agent serves has not ended."""

    def login_stopped(self, serial: str) -> str | None:
        """Why nobody may log in to this token; None where one may."""

    def login_begun(self, serial: str) -> None:
        """The token is about to be asked; on disk when it returns. `Refusal` where the token is stopped."""

    def login_ended(self, serial: str, stopped: str | None) -> None:
        """What came of it: None, or why the token is stopped from now on."""

    def signature(self, run: str, origin: str, token: str, certificate: str, algorithm: str, digest: str) -> None:
        """A signature was made for a run; on disk when it returns, and only then may it be handed out."""


class Session(Protocol):
    """An open session on one token; errors are those of `robot.signing.token`."""

    def log_in(self, pin: bytes | None) -> None:
        """Log in; None where the PIN is typed on the token's own pad."""

    def mechanisms(self, certificate: TokenCertificate, *, allow_sha1: bool = False) -> Sequence[Algorithm]:
        """How the certificate's key can sign."""

    def sign(
        self, certificate: TokenCertificate, digest: bytes, hash_function: str, scheme: Scheme, *, allow_sha1: bool = False
    ) -> bytes:
        """The signature over a digest."""

    def close(self) -> None:
        """Log out, where logged in, and end the session."""


class Slots(Protocol):
    """What is plugged in, by one driver."""

    def tokens(self) -> Sequence[Token]:
        """All tokens with their certificates."""

    def open(self, token: Token) -> Session:
        """A session on a token."""

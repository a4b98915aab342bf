"""Answers what the relay asks: the one certificate that settings pin, and signatures with it, each counted before it is given."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from loguru import logger

from robot.clock import VIETNAM
from robot.errors import CertificateExpired, CertificateNotOffered, RobotError, TokenGone
from robot.signing.agent.choosing import choose
from robot.signing.agent.errands import Errands
from robot.signing.agent.seams import Refusal
from robot.signing.agent.telling import described
from robot.signing.agent.wording import algorithm_said, code_of, unbase64, unhex
from robot.signing.token import HASHES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from robot.signing.agent.config import AgentConfig
    from robot.signing.agent.pin import PinPolicy
    from robot.signing.agent.seams import Books, Session, Slots
    from robot.signing.token import Algorithm, Token, TokenCertificate

VERSION: Final = "1.0"
ORIGIN_SHOWN: Final = 200  # of a stranger's, which may be anything
SHA1: Final = "SHA-1"
PREFERRED: Final = ("PKCS1.5", "ECDSA", "PSS")  # where the token has several
ARGUMENTS: Final[Mapping[str, frozenset[str]]] = {
    "hello": frozenset(),
    "certificate": frozenset({"origin", "lang"}),
    "sign": frozenset({"origin", "certificate", "hash", "hash_function"}),
}

Made = TypeVar("Made")


@dataclass(frozen=True)
class _Opened:
    """A session that is logged in, and the certificate it signs with."""

    token: Token
    certificate: TokenCertificate
    session: Session


class Signer:
    """One run's signer on one token; `lock` takes the token (by its serial) for this process, `tell` is heard by the robot."""

    def __init__(
        self,
        config: AgentConfig,
        books: Books,
        slots: Slots,
        policy: PinPolicy,
        lock: Callable[[str], None],
        tell: Callable[..., None],
    ) -> None:
        self._config = config
        self._books = books
        self._slots = slots
        self._policy = policy
        self._tell = tell
        self._lock = lock
        self._opened: _Opened | None = None
        self._given: dict[str, Any] | None = None
        """What was answered when the certificate was asked for, as long as the session is the same."""
        self._made = 0
        self.counting = threading.Lock()
        """Held while a signature that was made is not on disk yet."""
        self.errands = Errands(config)

    def answer(self, request: Mapping[str, Any], token_free: Callable[[], None]) -> dict[str, Any]:
        """The answer to one request: `ok` and what was asked for, or a code of the protocol with a sentence. Raises nothing.

        `token_free` is called once the token may be asked again: while one signature goes to the disk, the next is made.
        """
        try:
            answer = {"ok": True, **self._serve(request, token_free)}
        except Refusal as refusal:
            code, said = refusal.code, str(refusal)
        except RobotError as wrong:
            code, said = code_of(wrong), str(wrong)
            self._tell("failed", **described(wrong))
        except Exception as wrong:  # noqa: BLE001 - the page gets a code, the log what it was; an agent does not end of a request
            logger.bind(action="agent.failed").opt(exception=True).error("failed")
            code, said = "technical_error", type(wrong).__name__
        else:
            self._tell("served")
            return answer
        return _refused(code, said)

    def meanwhile(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to one request while the token is at another one's; None where the token must be asked.

        The certificate was chosen when the session was opened, and a token that signs is there: whoever asks for it, to be sent
        its next hash, is not kept waiting for the signature before.
        """
        given = self._given
        if request.get("do") != "certificate" or given is None:
            return None
        try:
            self._check_request(request)
        except Refusal as refusal:
            return _refused(refusal.code, str(refusal))
        except Exception as wrong:  # noqa: BLE001 - it is answered in its turn, and what is wrong is said there
            logger.bind(action="agent.not_meanwhile").debug(str(wrong))
            return None
        return {"ok": True, **given}

    def prepare(self) -> Token | None:
        """The token, looked at before anybody asks and without a log-in: what forbids signing is known before the browser starts.

        Raises:
            RobotError: the books or the flags forbid a log-in, the certificate has run out, or the driver fails. A token that
            is not there is None: it may be plugged in until it is needed.
        """
        try:
            token, _ = choose(self._slots.tokens(), self._config)
        except CertificateExpired:
            raise
        except CertificateNotOffered as absent:
            logger.bind(action="agent.token_absent").warning(str(absent))
            return None
        self._lock(token.serial)
        self._policy.check(token)
        return token

    def close(self) -> None:
        """Log out and end the session, where there is one."""
        opened, self._opened, self._given = self._opened, None, None
        if opened is not None:
            opened.session.close()

    def _serve(self, request: Mapping[str, Any], token_free: Callable[[], None]) -> dict[str, Any]:
        kind = self._check_request(request)
        if kind == "hello":
            return {"version": VERSION}
        return self._certificate() if kind == "certificate" else self._sign(request, token_free)

    def _check_request(self, request: Mapping[str, Any]) -> str:
        """Its kind, its exact arguments, and whether the origin may ask."""
        kind = request.get("do")
        wanted = ARGUMENTS.get(kind) if isinstance(kind, str) else None
        if not isinstance(kind, str) or wanted is None or frozenset(request) - {"do"} != wanted:
            raise Refusal("invalid_argument", "no such request, or not its exact arguments")
        if not all(isinstance(value, str) for name, value in request.items() if name != "lang"):
            raise Refusal("invalid_argument", "an argument is not a text")
        if kind != "hello":
            self._check_allowed(request["origin"])
        return kind

    def _check_allowed(self, origin: str) -> None:
        """Origin, consent and run, before the token is looked at."""
        config = self._config
        if origin not in config.origins:
            self._tell("alarm", kind="origin", origin=origin[:ORIGIN_SHOWN])
            raise Refusal("not_allowed", "the page's origin is not one of signing.origins")
        today = datetime.now(VIETNAM).date()
        if not config.attended and (config.consent_until is None or today > config.consent_until):
            raise Refusal("not_allowed", "nobody has consented to signing without a person, or the consent has ended")
        if not self._books.run_is_open():
            self._tell("alarm", kind="outside", origin=origin)
            raise Refusal("not_allowed", "no run is open")

    def _certificate(self) -> dict[str, Any]:
        """The pinned certificate. The log-in happens here: what goes wrong with it goes wrong before anything is sent."""

        def look(opened: _Opened) -> dict[str, Any]:
            algorithms = [algorithm_said(each) for each in self._offered(opened)]
            if not algorithms:
                raise Refusal("technical_error", "the token has no mechanism that may be used")
            return {"certificate": base64.b64encode(opened.certificate.der).decode("ascii"), "algorithms": algorithms}

        self._given = self._with_token(look)
        return self._given

    def _sign(self, request: Mapping[str, Any], token_free: Callable[[], None]) -> dict[str, Any]:
        digest, hash_function = unhex(request["hash"]), request["hash_function"]
        wanted = unbase64(request["certificate"])
        if hash_function not in HASHES or HASHES[hash_function].size != len(digest):
            raise Refusal("invalid_argument", "the hash's length does not fit its function")
        if hash_function == SHA1 and not self._config.allow_sha1:
            raise Refusal("invalid_argument", "SHA-1 is refused by signing.allow_sha1")
        errand = self.errands.find(digest.hex())
        if errand is None:
            self._tell("alarm", kind="surplus", origin=request["origin"])
            raise Refusal("not_allowed", f"no run may have this signed; {self._made} signatures were made")

        def sign(opened: _Opened) -> tuple[_Opened, Algorithm, bytes]:
            if opened.certificate.der != wanted:
                raise Refusal("invalid_argument", "not the certificate that was given")
            fitting = [each for each in self._offered(opened) if each.hash_function == hash_function]
            if not fitting:
                raise Refusal("invalid_argument", f"the token does not sign {hash_function} with this key")
            how = fitting[0]
            allowed = self._config.allow_sha1
            made = opened.session.sign(opened.certificate, digest, hash_function, how.scheme, allow_sha1=allowed)
            return opened, how, made

        opened, how, signature = self._with_token(sign)
        self._made += 1
        self.errands.made(errand)
        serial, name = opened.token.serial, f"{how.scheme} {hash_function}"
        number = self._made
        with self.counting:
            token_free()
            self._books.signature(errand.run, request["origin"], serial, opened.certificate.serial, name, digest.hex())
        logger.bind(action="agent.signed", token=serial, number=number).info("signed")
        return {"signature": base64.b64encode(signature).decode("ascii"), "algorithm": algorithm_said(how)}

    def _with_token(self, work: Callable[[_Opened], Made]) -> Made:
        """Do `work` with a session that is logged in; once more where the token was pulled and is plugged in again."""
        try:
            return work(self._logged_in())
        except TokenGone as gone:
            logger.bind(action="agent.token_gone").warning(str(gone))
            self.close()
            return work(self._logged_in())

    def _logged_in(self) -> _Opened:
        if self._opened is None:
            token, _ = choose(self._slots.tokens(), self._config)
            self._lock(token.serial)
            session = self._slots.open(token)
            try:
                self._policy.log_in(token, session)
                # Chosen once more: some tokens show certificates or keys after a log-in only.
                self._opened = _Opened(*choose(self._slots.tokens(), self._config), session)
            except BaseException:
                session.close()
                raise
        return self._opened

    def _offered(self, opened: _Opened) -> list[Algorithm]:
        found = opened.session.mechanisms(opened.certificate, allow_sha1=self._config.allow_sha1)
        return sorted(found, key=lambda each: PREFERRED.index(each.scheme))


def _refused(code: str, said: str) -> dict[str, Any]:
    logger.bind(action="agent.refused", code=code).warning(said)
    return {"ok": False, "code": code, "message": said}

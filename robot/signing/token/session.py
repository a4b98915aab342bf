"""A session on one token: log-in with what is checked before it, signatures, log-out. The PIN is passed on and not kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import PyKCS11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import Hash as Digest

from robot.errors import LoggedOut, SignatureFailed, TokenGone
from robot.signing.token.algorithms import HASHES, SCHEMES, Algorithm, Scheme, offered_by, order, possible, verify
from robot.signing.token.answers import GONE, code_name
from robot.signing.token.pin import check_pin, log_in_failure
from robot.signing.token.token import PinState, Token, token_of

if TYPE_CHECKING:
    from robot.signing.token.algorithms import Order
    from robot.signing.token.certificate import TokenCertificate
    from robot.signing.token.sign_call import SignCall

CallLog = Callable[[str, str], None]
"""Told the name of a call (C_Login, C_Sign, C_Logout) and its result (CKR_OK …), right after it; never anything else."""


class TokenSession(AbstractContextManager["TokenSession"]):
    """An open read-only session; a context manager that logs out and closes it. Made by `Driver.open`."""

    def __init__(
        self,
        pkcs11: Any,
        session: Any,
        token: Token,
        sign_call: SignCall,
        calls: CallLog | None,
        closed: Callable[[TokenSession], None],
    ) -> None:
        self.token = token
        self._pkcs11 = pkcs11
        self._session = session
        self._sign_call = sign_call
        self._calls = calls or (lambda _call, _result: None)
        self._closed = closed
        self._logged_in = False
        self._offers: set[int] | None = None

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<TokenSession {self.token.serial}>"

    @property
    def pin_state(self) -> PinState:
        """What the token's flags say of the PIN at this moment."""
        return self._now().pin_state

    def check(self, pin: bytes | None) -> None:
        """Whether a log-in with this PIN may be tried at all; asks the token for its flags, not for a log-in.

        Raises:
            PinLocked, PinFinalTry: by the flags.
            PinLengthWrong, PinNeeded: by the PIN.
            TokenGone: the token was pulled.
        """
        check_pin(self._now(), pin)

    def log_in(self, pin: bytes | None) -> None:
        """Log in, once; None has the person type the PIN on the reader's pad.

        Raises:
            PinLocked, PinFinalTry, PinLengthWrong, PinNeeded: as `check`, before the token is asked.
            WrongPin, PinLocked, PinCancelled, LogInFailed: what the token answered. A driver that says CKR_GENERAL_ERROR of
                a wrong PIN is seen through by the token's flags.
            TokenGone: the token was pulled.
        """
        before = self._now()
        check_pin(before, pin)
        try:
            self._session.login(pin)
        except PyKCS11.PyKCS11Error as wrong:
            value = wrong.value
        else:
            value = PyKCS11.CKR_OK
        self._calls("C_Login", code_name(value))
        if value not in {PyKCS11.CKR_OK, PyKCS11.CKR_USER_ALREADY_LOGGED_IN}:
            if value in GONE:
                raise TokenGone("token_gone", serial=self.token.serial)
            raise log_in_failure(value, before, self._after(before))
        self._logged_in = True

    def mechanisms(self, certificate: TokenCertificate, *, of_data: bool = False, allow_sha1: bool = False) -> list[Algorithm]:
        """What `sign` can do with this certificate's key; with `of_data` what `sign_data` can do, which may be more.

        Raises:
            TokenGone: the token was pulled.
        """
        return list(possible(certificate, self._offered(), of_data=of_data, allow_sha1=allow_sha1))

    def sign(
        self,
        certificate: TokenCertificate,
        digest: bytes,
        hash_function: str,
        scheme: Scheme,
        *,
        allow_sha1: bool = False,
    ) -> bytes:
        """The signature over a digest: for RSA as long as the modulus, for ECDSA r and s side by side (`ecdsa_der` makes DER).

        It is verified against the certificate before it is given out.

        Raises:
            SignatureFailed: SHA-1, a digest of another length, a way the token cannot sign, no key, or the token failed.
            TokenGone: the token was pulled; `LoggedOut`: it forgot the log-in.
        """
        return self._sign(
            certificate, Algorithm(certificate.algorithm, hash_function, scheme), digest, None, allow_sha1=allow_sha1
        )

    def sign_data(
        self,
        certificate: TokenCertificate,
        data: bytes,
        hash_function: str,
        scheme: Scheme,
        *,
        allow_sha1: bool = False,
    ) -> bytes:
        """The signature over data, for tokens too that only sign what they hash themselves (CKM_SHA256_RSA_PKCS); as `sign`."""
        digest = b""
        if hash_function in HASHES:
            hashing = Digest(HASHES[hash_function].algorithm)
            hashing.update(data)
            digest = hashing.finalize()
        return self._sign(
            certificate, Algorithm(certificate.algorithm, hash_function, scheme), digest, data, allow_sha1=allow_sha1
        )

    def log_out(self) -> None:
        """Log out; a token that is gone has done so by itself."""
        if self._logged_in:
            self._logged_in = False
            try:
                self._session.logout()
            except PyKCS11.PyKCS11Error as wrong:
                self._calls("C_Logout", code_name(wrong.value))
            else:
                self._calls("C_Logout", "CKR_OK")

    def close(self) -> None:
        """Log out and close; harmless when repeated."""
        self.log_out()
        session, self._session = self._session, None
        if session is not None:
            self._closed(self)
            try:
                session.closeSession()
            except PyKCS11.PyKCS11Error as wrong:
                self._calls("C_CloseSession", code_name(wrong.value))

    def _sign(
        self, certificate: TokenCertificate, algorithm: Algorithm, digest: bytes, data: bytes | None, *, allow_sha1: bool
    ) -> bytes:
        serial, name = self.token.serial, algorithm.hash_function
        if name == "SHA-1" and not allow_sha1:
            raise SignatureFailed("signature_sha1")
        known = name in HASHES and algorithm.scheme in SCHEMES.get(certificate.algorithm, ())
        if known and len(digest) != HASHES[name].size:
            raise SignatureFailed("signature_hash_length", hash_function=name, expected=HASHES[name].size, found=len(digest))
        asked = order(algorithm, self._offered(), certificate.key_bits, digest, data) if known else None
        if asked is None:
            raise SignatureFailed("signature_not_offered", serial=serial, scheme=algorithm.scheme, hash_function=name)
        try:
            signature = self._signed(self._key(certificate), asked)
        except PyKCS11.PyKCS11Error as wrong:
            self._calls("C_Sign", code_name(wrong.value))
            raise self._said(wrong) from wrong
        self._calls("C_Sign", "CKR_OK")
        try:
            verify(certificate, algorithm, digest, signature)
        except InvalidSignature:
            raise SignatureFailed("signature_wrong", serial=serial, certificate=certificate.serial) from None
        return signature

    def _signed(self, key: Any, asked: Order) -> bytes:
        result = self._session.lib.C_SignInit(self._session.session, asked.mechanism.to_native(), key)
        signature = b""
        if result == PyKCS11.CKR_OK:
            result, signature = self._sign_call(self._session.session.value(), asked.signs)
        if result != PyKCS11.CKR_OK:
            raise PyKCS11.PyKCS11Error(result)
        return signature

    def _key(self, certificate: TokenCertificate) -> Any:
        template = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_PRIVATE_KEY), (PyKCS11.CKA_ID, certificate.key_id)]
        keys = self._session.findObjects(template)
        if not keys:
            if self._session.getSessionInfo().state != PyKCS11.CKS_RO_USER_FUNCTIONS:
                raise LoggedOut("token_logged_out", serial=self.token.serial)
            raise SignatureFailed("key_missing", serial=self.token.serial, certificate=certificate.serial)
        if self._session.getAttributeValue(keys[0], [PyKCS11.CKA_ALWAYS_AUTHENTICATE])[0]:
            raise SignatureFailed("key_asks_each_time", certificate=certificate.serial)
        return keys[0]

    def _offered(self) -> set[int]:
        """The mechanisms that sign; asked once a session, since they are many calls and stay as they are."""
        if self._offers is None:
            try:
                self._offers = offered_by(self._pkcs11, self.token.slot)
            except PyKCS11.PyKCS11Error as wrong:
                raise self._said(wrong) from wrong
        return self._offers

    def _now(self) -> Token:
        try:
            token = token_of(self.token.slot, self._pkcs11.getTokenInfo(self.token.slot))
            self._session.getSessionInfo()
        except PyKCS11.PyKCS11Error as wrong:
            raise TokenGone("token_gone", serial=self.token.serial) from wrong
        if token.serial != self.token.serial:
            raise TokenGone("token_gone", serial=self.token.serial)
        return token

    def _after(self, before: Token) -> Token:
        """The token once more; as it was, where it has gone: what it answered still counts."""
        try:
            return self._now()
        except TokenGone:
            return before

    def _said(self, wrong: Any) -> TokenGone | SignatureFailed:
        """What a failed call means: many drivers say CKR_DEVICE_ERROR or CKR_GENERAL_ERROR of a token that was pulled."""
        serial = self.token.serial
        if wrong.value == PyKCS11.CKR_USER_NOT_LOGGED_IN:
            return LoggedOut("token_logged_out", serial=serial)
        try:
            self._now()
        except TokenGone as gone:
            return gone
        if wrong.value in GONE:
            return TokenGone("token_gone", serial=serial)
        return SignatureFailed("signature_failed", serial=serial, code=code_name(wrong.value))

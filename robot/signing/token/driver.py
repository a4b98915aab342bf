"""A loaded PKCS#11 driver: which tokens are plugged in, and what each shows without a PIN.

A driver keeps its state for the whole process, so a process loads one: the agent of a token, or a look at what is there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import PyKCS11
from loguru import logger

from robot.errors import DriverFailed, TokenGone
from robot.signing.token.answers import GONE, code_name
from robot.signing.token.certificate import TokenCertificate, read_certificate
from robot.signing.token.library import load_library
from robot.signing.token.session import TokenSession
from robot.signing.token.sign_call import SignCall
from robot.signing.token.slots import SlotEvent, SlotWatch
from robot.signing.token.token import Token, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.signing.token.session import CallLog


class Driver(AbstractContextManager["Driver"]):
    """The driver in `path`, loaded and started; a context manager that ends it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._library = load_library(path)  # held, so that it is never unloaded under PyKCS11
        self._pkcs11 = PyKCS11.PyKCS11Lib()
        self._sessions: set[TokenSession] = set()
        self._start()
        try:
            self._watch = SlotWatch(self)
        except BaseException:
            self._pkcs11.unload()
            raise

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out and close what is open, end the driver (C_Finalize)."""
        for session in list(self._sessions):
            session.close()
        self._pkcs11.unload()

    def tokens(self) -> list[Token]:
        """All tokens plugged in, with their certificates, in the order of the slots.

        A token that is pulled while it is looked at is left out.

        Raises:
            DriverFailed: the driver does not answer for a reason of its own.
        """
        found = []
        for token in self.plugged().values():
            with self._answered("C_GetAttributeValue", gone_is_fine=True):
                found.append(replace(token, certificates=self._certificates(token)))
        return found

    def plugged(self) -> dict[int, Token]:
        """The tokens by slot, without looking at what is on them; cheap enough to be asked often."""
        found: dict[int, Token] = {}
        with self._answered("C_GetSlotList"):
            slots = self._pkcs11.getSlotList(tokenPresent=True)
        for slot in slots:
            with self._answered("C_GetTokenInfo", gone_is_fine=True):
                token = token_of(slot, self._pkcs11.getTokenInfo(slot))
                if token.flags & PyKCS11.CKF_TOKEN_INITIALIZED:  # SoftHSM always shows a blank one more
                    found[slot] = token
        return found

    def token(self, serial: str) -> Token:
        """The token with this serial number, in whichever slot it is now.

        Where it is not among the slots and nothing is open, the driver is started anew and asked once more: some, SoftHSM
        among them, count their slots only when they start.

        Raises:
            TokenGone: it is not plugged in.
        """
        found = self._by_serial(serial)
        if found is None and not self._sessions:
            self._pkcs11.unload()
            self._start()
            found = self._by_serial(serial)
        if found is None:
            raise TokenGone("token_gone", serial=serial)
        with self._answered("C_GetAttributeValue", serial=serial):
            return replace(found, certificates=self._certificates(found))

    def open(self, token: Token, calls: CallLog | None = None) -> TokenSession:
        """A session on a token, wherever it is plugged in now; `calls` is told of each log-in, log-out and signature.

        Raises:
            TokenGone: it is not plugged in any more.
        """
        here = self._by_serial(token.serial)
        if here is None:
            raise TokenGone("token_gone", serial=token.serial)
        with self._answered("C_OpenSession", serial=token.serial):
            opened = self._pkcs11.openSession(here.slot, PyKCS11.CKF_SERIAL_SESSION)
        here = replace(here, certificates=token.certificates)
        session = TokenSession(self._pkcs11, opened, here, SignCall(self._library), calls, self._sessions.discard)
        self._sessions.add(session)
        return session

    def wait_for_slot_event(self, timeout_s: float) -> SlotEvent | None:
        """The next token plugged in or pulled since this driver was opened or last asked; None after `timeout_s` without one.

        Raises:
            DriverFailed: the driver does not answer.
        """
        return self._watch.wait(timeout_s)

    def raw_slot_event(self) -> bool:
        """Ask C_WaitForSlotEvent without blocking; whether it named a slot. Drivers that do not know it answer False."""
        try:
            self._pkcs11.waitForSlotEvent(PyKCS11.CKF_DONT_BLOCK)
        except PyKCS11.PyKCS11Error:
            return False
        return True

    def _start(self) -> None:
        try:
            self._pkcs11.load(str(self.path))
        except PyKCS11.PyKCS11Error as wrong:
            raise DriverFailed("driver_not_started", file=self.path, code=code_name(wrong.value)) from wrong

    def _by_serial(self, serial: str) -> Token | None:
        return next((token for token in self.plugged().values() if token.serial == serial), None)

    def _certificates(self, token: Token) -> list[TokenCertificate]:
        session = self._pkcs11.openSession(token.slot, PyKCS11.CKF_SERIAL_SESSION)
        try:
            keys = _ids(session, PyKCS11.CKO_PRIVATE_KEY)
            sees_all = session.getSessionInfo().state == PyKCS11.CKS_RO_USER_FUNCTIONS
            needs_log_in = bool(token.flags & PyKCS11.CKF_LOGIN_REQUIRED)
            unseen = None if needs_log_in and not sees_all else False
            wanted = [PyKCS11.CKA_VALUE, PyKCS11.CKA_ID, PyKCS11.CKA_LABEL]
            template = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_CERTIFICATE), (PyKCS11.CKA_CERTIFICATE_TYPE, PyKCS11.CKC_X_509)]
            found = []
            for item in session.findObjects(template):
                der, key_id, label = session.getAttributeValue(item, wanted, allAsBinary=True)
                key, name = bytes(key_id or ()), bytes(label or ()).decode("utf-8", "replace")
                try:
                    found.append(read_certificate(bytes(der or ()), key, name, has_key=True if key in keys else unseen))
                except ValueError as wrong:
                    # An authority's odd certificate must not hide the organisation's beside it.
                    logger.bind(action="token.certificate_unreadable", label=name).warning(str(wrong))
            return found
        finally:
            session.closeSession()

    @contextmanager
    def _answered(self, call: str, serial: str = "", *, gone_is_fine: bool = False) -> Iterator[None]:
        """What PyKCS11 raises, as errors of ours; with `gone_is_fine` a token that was pulled just now is passed over."""
        try:
            yield
        except PyKCS11.PyKCS11Error as wrong:
            if wrong.value not in GONE:
                raise DriverFailed("driver_call_failed", file=self.path, call=call, code=code_name(wrong.value)) from wrong
            if not gone_is_fine:
                raise TokenGone("token_gone", serial=serial) from wrong


@contextmanager
def open_driver(path: Path) -> Iterator[Driver]:
    """The driver in `path` for as long as the block lasts; within a process one after another, not two at once.

    Raises:
        DriverFailed: the file is absent, made for another processor, lacks a library it needs, is no PKCS#11 driver, or
            C_Initialize fails; `cause` tells them apart.
    """
    with Driver(path) as driver:
        yield driver


def _ids(session: Any, kind: int) -> set[bytes]:
    found = session.findObjects([(PyKCS11.CKA_CLASS, kind)])
    return {bytes(session.getAttributeValue(item, [PyKCS11.CKA_ID], allAsBinary=True)[0] or ()) for item in found}

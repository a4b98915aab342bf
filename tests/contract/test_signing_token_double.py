"""The scripted double held against SoftHSM: the same calls with the same key, and the same answers byte for byte."""

import hashlib
import os

import PyKCS11
import pytest
from PyKCS11 import LowLevel

from fixtures.softhsm import softhsm_module
from tests.doubles import soft_token
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import DoubleToken

DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(b"x").digest()


def _result(call, *arguments):
    """A call's CKR by name, or what it returned as a value that can be compared."""
    try:
        returned = call(*arguments)
    except PyKCS11.PyKCS11Error as wrong:
        return str(PyKCS11.CKR[wrong.value])
    if isinstance(returned, (PyKCS11.ckbytelist, LowLevel.ckbytelist)):
        return bytes(returned).hex()
    return returned if isinstance(returned, (int, str, list)) else "CKR_OK"


class Asking:
    """One driver with one token, asked everything that both know, in an order in which state matters."""

    def __init__(self, library, pin):
        self.pkcs11 = PyKCS11.PyKCS11Lib()
        self.pkcs11.load(str(library))
        self.pin = pin
        slots = self.pkcs11.getSlotList(tokenPresent=True)
        self.slot = next(slot for slot in slots if self.pkcs11.getTokenInfo(slot).label.rstrip("\0 ") == "VSS double")

    def open(self):
        return self.pkcs11.openSession(self.slot, PyKCS11.CKF_SERIAL_SESSION)

    def flags(self):
        flags = self.pkcs11.getTokenInfo(self.slot).flags
        looked_at = ("LOGIN_REQUIRED", "USER_PIN_INITIALIZED", "TOKEN_INITIALIZED", "USER_PIN_COUNT_LOW", "USER_PIN_LOCKED")
        return [name for name in looked_at if flags & getattr(PyKCS11, f"CKF_{name}")]

    def find(self, session, kind, **more):
        template = [(PyKCS11.CKA_CLASS, kind), *((getattr(PyKCS11, name), value) for name, value in more.items())]
        return session.findObjects(template)

    def answers(self):
        yield "slot that is not there", _result(self.pkcs11.openSession, 987654321)
        yield "mechanism that is not there", _result(self.pkcs11.getMechanismInfo, self.slot, "CKM_DES_MAC")
        yield "slot event", _result(self.pkcs11.waitForSlotEvent, PyKCS11.CKF_DONT_BLOCK)
        yield "RSA signs", bool(self.pkcs11.getMechanismInfo(self.slot, "CKM_RSA_PKCS").flags & PyKCS11.CKF_SIGN)
        session = self.open()
        yield "flags", self.flags()
        yield "state before log-in", session.getSessionInfo().state
        yield from self.objects_before(session)
        yield "blank PIN", _result(session.login, b"")
        yield "wrong PIN", _result(session.login, b"13572468")
        yield "flags after a wrong PIN", self.flags()
        yield "right PIN", _result(session.login, self.pin)
        yield "flags after the right one", self.flags()
        yield "log-in again", _result(session.login, self.pin)
        yield "state after log-in", session.getSessionInfo().state
        other = self.open()
        yield "another session shares the log-in", other.getSessionInfo().state
        yield from self.signatures(session)
        yield "closing one", _result(other.closeSession)
        yield "closing it twice", _result(other.closeSession)
        yield "still logged in", session.getSessionInfo().state
        yield "closing the last", _result(session.closeSession)
        again = self.open()
        yield "which logs out", again.getSessionInfo().state
        yield "no key without log-in", len(self.find(again, PyKCS11.CKO_PRIVATE_KEY))
        yield "closing all", _result(self.pkcs11.closeAllSessions, self.slot)
        yield "a session closed with all", _result(again.getSessionInfo)

    def objects_before(self, session):
        certificates = self.find(session, PyKCS11.CKO_CERTIFICATE)
        yield "certificates without log-in", len(certificates)
        yield "keys without log-in", len(self.find(session, PyKCS11.CKO_PRIVATE_KEY))
        yield "by an id of nobody", len(self.find(session, PyKCS11.CKO_CERTIFICATE, CKA_ID=b"nobody"))
        wanted = [PyKCS11.CKA_VALUE, PyKCS11.CKA_ID, PyKCS11.CKA_LABEL, PyKCS11.CKA_MODULUS]
        values = session.getAttributeValue(certificates[0], wanted, allAsBinary=True)
        yield "certificate", [None if value is None else bytes(value).hex() for value in values]
        lost = PyKCS11.CK_OBJECT_HANDLE(session)
        lost.assign(987654321)
        yield "object that is not there", _result(session.getAttributeValue, lost, [PyKCS11.CKA_ID])
        low, template = session.lib, LowLevel.ckattrlist(0)
        yield "search", PyKCS11.CKR[low.C_FindObjectsInit(session.session, template)]
        yield "search within a search", PyKCS11.CKR[low.C_FindObjectsInit(session.session, template)]
        yield "search's end", PyKCS11.CKR[low.C_FindObjectsFinal(session.session)]
        yield "search's end twice", PyKCS11.CKR[low.C_FindObjectsFinal(session.session)]

    def signatures(self, session):
        [key] = self.find(session, PyKCS11.CKO_PRIVATE_KEY, CKA_ID=held().key_id)
        secret = session.getAttributeValue(key, [PyKCS11.CKA_PRIVATE_EXPONENT, PyKCS11.CKA_ALWAYS_AUTHENTICATE])
        yield "key's secret, asks each time", [secret[0], bool(secret[1])]
        for name, mechanism, data in (
            ("DigestInfo", PyKCS11.CKM_RSA_PKCS, DIGEST_INFO),
            ("nothing", PyKCS11.CKM_RSA_PKCS, b"\0"),
            ("as long as it may be", PyKCS11.CKM_RSA_PKCS, b"\xa5" * 245),
            ("hashed by the token", PyKCS11.CKM_SHA256_RSA_PKCS, b"x"),
            *((f"hashed by the token, {n} bytes", PyKCS11.CKM_SHA256_RSA_PKCS, b"y" * n) for n in (55, 56, 64, 1000)),
            ("raw", PyKCS11.CKM_RSA_X_509, b"\0\x01" + b"\xff" * 202 + b"\0" + DIGEST_INFO),
            ("mechanism of nobody", PyKCS11.CKM_DES_MAC, b"x"),
        ):
            yield name, _result(session.sign, key, data, PyKCS11.Mechanism(mechanism))
        low, usual = session.lib, PyKCS11.Mechanism(PyKCS11.CKM_RSA_PKCS).to_native()
        data, room = PyKCS11.ckbytelist(b"x"), PyKCS11.ckbytelist()
        yield "signing without a beginning", PyKCS11.CKR[low.C_Sign(session.session, data, room)]
        yield "beginning", PyKCS11.CKR[low.C_SignInit(session.session, usual, key)]
        yield "beginning twice", PyKCS11.CKR[low.C_SignInit(session.session, usual, key)]


def _ask(library, pin):
    asking = Asking(library, pin)
    try:
        return dict(asking.answers())
    finally:
        asking.pkcs11.unload()


def test_double_answers_as_softhsm_does(double, tmp_path, monkeypatch):
    """Slots, sessions, log-in, objects, attributes, signatures: the double gives what SoftHSM gives, signatures byte for byte."""
    monkeypatch.setitem(os.environ, *soft_token.configure(tmp_path / "softhsm").popitem())
    soft_token.make("VSS double", held())
    mechanisms = (PyKCS11.CKM_RSA_PKCS, PyKCS11.CKM_SHA256_RSA_PKCS, PyKCS11.CKM_RSA_X_509)
    double.tokens = [DoubleToken("D0001", (held(),), pin=soft_token.PIN, min_pin=4, max_pin=255, tries=0, mechanisms=mechanisms)]
    double.write()
    expected = _ask(softhsm_module(), soft_token.PIN)
    found = _ask(double.library, soft_token.PIN)
    assert {name: (found[name], answer) for name, answer in expected.items() if found[name] != answer} == {}
    assert found.keys() == expected.keys()
    assert len(expected["DigestInfo"]) == 512
    assert expected["wrong PIN"] == "CKR_PIN_INCORRECT"


def test_double_never_logs_a_pin(double):
    """The log names calls, results and where a PIN came from; the PIN, right or wrong, is nowhere in it."""
    double.tokens = [DoubleToken("D0001", (held(),), label="VSS double")]
    double.write()
    _ask_log_in = Asking(double.library, "24681357")
    session = _ask_log_in.open()
    assert _result(session.login, "86427531") == "CKR_PIN_INCORRECT"
    assert _result(session.login, "24681357") == "CKR_OK"
    _ask_log_in.pkcs11.unload()
    assert double.calls("C_Login") == [("C_Login", "CKR_PIN_INCORRECT"), ("C_Login", "CKR_OK")]
    assert [pin for pin in ("86427531", "24681357") if pin in double.log_text()] == []


@pytest.mark.parametrize("step", [1, 2, 3])
def test_double_keeps_wrong_pins_over_processes(double, step):
    """Like a token, it counts wrong PINs whoever gives them: the last but one brings the final try, the last one locks."""
    double.tokens = [DoubleToken("D0001", tries=3)]
    double.write()
    seen = []
    for _ in range(step):
        asking = Asking(double.library, "")  # loaded anew each time
        _result(asking.open().login, "11223344")
        flags = asking.pkcs11.getTokenInfo(asking.slot).flags
        asking.pkcs11.unload()
        names = ("USER_PIN_COUNT_LOW", "USER_PIN_FINAL_TRY", "USER_PIN_LOCKED")
        seen = [name for name in names if flags & getattr(PyKCS11, f"CKF_{name}")]
    expected = {1: [], 2: ["USER_PIN_FINAL_TRY"], 3: ["USER_PIN_LOCKED"]}
    assert seen == ["USER_PIN_COUNT_LOW", *expected[step]]

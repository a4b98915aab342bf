"""Tokens plugged in and pulled: what is there, who is told, and how the same token is found again."""

import os
import subprocess
import sys
import threading

import PyKCS11
import pytest

from fixtures.softhsm import CHECKOUT, pin_path, softhsm_environment, softhsm_module
from robot.errors import LoggedOut, SignatureFailed, TokenGone
from robot.signing.token import PinState, SlotEvent, find_driver, list_tokens, open_driver
from tests.doubles import soft_token
from tests.doubles.certificates import TAX_CODE, held
from tests.doubles.pkcs11.script import USUAL, DoubleToken

PIN = b"24681357"


@pytest.fixture
def two(double):
    """A driver with three slots: two tokens, and one that is empty."""
    double.tokens = [
        DoubleToken("D0001", (held(),), label="VSS một"),
        DoubleToken("", present=False),
        DoubleToken("D0003", (held("RSA", "OTHER"),), label="VSS ba", flags=USUAL | PyKCS11.CKF_USER_PIN_FINAL_TRY),
    ]
    double.write()
    with open_driver(double.library) as driver:
        yield driver


def _sign(session):
    return session.sign(session.token.certificates[0], bytes(32), "SHA-256", "PKCS1.5")


def test_several_slots(two):
    """Each token by its slot with label, serial, PIN state and certificate; an empty slot is none; nobody logged in."""
    seen = {token.slot: (token.label, token.serial, token.pin_state, token.firmware) for token in two.tokens()}
    assert seen == {1: ("VSS một", "D0001", PinState.OK, "1.7"), 3: ("VSS ba", "D0003", PinState.FINAL_TRY, "1.7")}
    [certificate] = two.token("D0001").certificates
    assert (certificate.tax_codes, certificate.subject) == ((TAX_CODE,), "CÔNG TY TNHH THỬ, MẪU")
    assert (certificate.algorithm, certificate.key_bits, certificate.has_key) == ("RSA", 2048, None)
    assert [name for name, _ in vars(two).items() if name == "pin"] == []


def test_key_is_seen_after_log_in(two):
    """Whether a private key lies beside the certificate is not known before log-in, and known after it."""
    session = two.open(two.token("D0001"))
    assert [held.has_key for held in two.token("D0001").certificates] == [None]
    session.log_in(PIN)
    assert [held.has_key for held in two.token("D0001").certificates] == [True]


def test_plugged_and_pulled_are_noticed(two, double):
    """Each change is told once, in order of the slots; without a change nothing is, after the time given."""
    assert two.wait_for_slot_event(0) is None
    first, empty, third = double.tokens
    double.tokens = [DoubleToken("", present=False), DoubleToken("D0009"), third]
    double.write()
    events = [two.wait_for_slot_event(5), two.wait_for_slot_event(5), two.wait_for_slot_event(0)]
    assert events == [SlotEvent(1, "pulled", "D0001"), SlotEvent(2, "plugged", "D0009"), None]
    double.tokens = [first, empty, third]
    double.write()
    assert ("C_WaitForSlotEvent", "CKR_OK") in double.calls()  # some drivers look at their readers only when asked this
    assert {two.wait_for_slot_event(5), two.wait_for_slot_event(5)} == {
        SlotEvent(1, "plugged", "D0001"),
        SlotEvent(2, "pulled", "D0009"),
    }


def test_driver_without_slot_events_is_polled(two, double):
    """C_WaitForSlotEvent is not supported: a token is noticed all the same, also one changed for another in the same slot."""
    double.failures = {"C_WaitForSlotEvent": PyKCS11.CKR_FUNCTION_NOT_SUPPORTED}
    double.write(serial="D0002", plugs=1)
    events = [two.wait_for_slot_event(5), two.wait_for_slot_event(5)]
    assert events == [SlotEvent(1, "pulled", "D0001"), SlotEvent(1, "plugged", "D0002")]


def test_event_ends_the_waiting(two, double):
    """Whoever waits is woken by the token, not by the end of the time."""
    pull = threading.Timer(0.3, lambda: double.write(present=False))
    pull.start()
    assert two.wait_for_slot_event(30) == SlotEvent(1, "pulled", "D0001")
    pull.join()


@pytest.mark.parametrize("call", ["C_Sign", "C_Sign (length)", "C_SignInit", "C_FindObjectsInit"])
def test_token_pulled_while_it_signs(two, double, call):
    """Pulled in the middle of any of the calls that make a signature: TokenGone. Plugged in again it is found, and signs."""
    session = two.open(two.token("D0001"))
    session.log_in(PIN)
    assert len(_sign(session)) == 256
    double.write(pulled_in=call)
    with pytest.raises(TokenGone, match="The token D0001 was pulled"):
        _sign(session)
    assert call == "C_FindObjectsInit" or (call, "CKR_DEVICE_REMOVED") in double.calls(call)
    with pytest.raises(TokenGone):
        two.token("D0001")
    double.write(pulled_in="", plugs=1)
    session.close()
    again = two.open(two.token("D0001"))
    again.log_in(PIN)
    assert len(_sign(again)) == 256


def test_token_is_found_again_in_another_slot(two, double):
    """Pulled and plugged into another reader: the old session says TokenGone, the serial finds the token in its new slot."""
    token = two.token("D0001")
    session = two.open(token)
    session.log_in(PIN)
    first, empty, third = double.tokens
    double.tokens = [empty, first, third]
    double.write()
    with pytest.raises(TokenGone):
        _sign(session)
    assert two.open(token).token.slot == 2


def test_another_token_in_the_slot_is_not_taken_for_it(two, double):
    """The slot is the same and the serial is not: TokenGone, whatever the driver makes of the old session."""
    token = two.token("D0001")
    double.write(serial="D0002", plugs=1)
    with pytest.raises(TokenGone):
        two.open(token)


def test_session_that_a_driver_leaves_open_is_not_trusted(two, double):
    """A careless driver keeps the session though another token has come into the slot: no PIN goes to that one."""
    session = two.open(two.token("D0001"))
    double.write(serial="D0002")
    with pytest.raises(TokenGone, match="The token D0001 was pulled"):
        session.log_in(PIN)
    assert double.calls("C_Login") == []


def test_blank_token_is_none(two, double):
    """A token that was never initialised is not listed: it holds nothing and has no PIN."""
    double.write(blank=True)
    assert [token.serial for token in two.tokens()] == ["D0003"]


def test_forgotten_log_in_is_told_apart(two, double):
    """The token is there, the log-in is not: LoggedOut, which is a TokenGone for whoever opens it again in both cases."""
    session = two.open(two.token("D0001"))
    with pytest.raises(LoggedOut, match="forgotten the log-in"):
        _sign(session)
    assert issubclass(LoggedOut, TokenGone)
    assert double.calls("C_SignInit") == []


@pytest.mark.parametrize("answer", [PyKCS11.CKR_DEVICE_ERROR, PyKCS11.CKR_GENERAL_ERROR])
def test_vague_failure_is_looked_into(two, double, answer):
    """CKR_DEVICE_ERROR of a token that is still there is a failed signature; of one that has gone it is TokenGone."""
    session = two.open(two.token("D0001"))
    session.log_in(PIN)
    double.failures = {"C_Sign": answer}
    double.write()
    with pytest.raises(SignatureFailed, match=PyKCS11.CKR[answer]):
        _sign(session)
    double.failures = {"C_SignInit": answer}
    double.write(present=False)
    with pytest.raises(TokenGone):
        _sign(session)


def test_softhsm_token_made_meanwhile_is_found(tmp_path, monkeypatch):
    """SoftHSM counts its tokens when it starts: one that another process makes later is found, since it is started anew."""
    for name, value in soft_token.configure(tmp_path).items():
        monkeypatch.setenv(name, value)
    soft_token.make("first", held())
    making = "from tests.doubles import soft_token; print(soft_token.make('second'))"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with open_driver(find_driver(softhsm_module())) as driver:
        assert [token.label for token in driver.tokens()] == ["first"]
        child = subprocess.run([sys.executable, "-c", making], env=environment, check=True, capture_output=True, text=True)
        assert driver.token(child.stdout.strip()).label == "second"
        with pytest.raises(TokenGone, match="The token 0000 was pulled, or is not plugged in"):
            driver.token("0000")


def test_softhsm_tokens_of_the_world(token_world, monkeypatch):
    """The organisations' tokens with what is on them, the certificate of two UIDs among them; a session signs with its PIN."""
    for name, value in softhsm_environment(token_world.directory).items():
        monkeypatch.setenv(name, value)
    with open_driver(find_driver("softhsm")) as driver:
        tokens = {token.label: token for token in driver.tokens()}
        codes = {label: token.certificates[0].tax_codes for label, token in tokens.items()}
        assert codes == {one.token: (one.tax_code,) for one in token_world.organisations.values()}
        staff = tokens[token_world.organisations["truong-son"].token].certificates[0]
        assert staff.person_ids == ("CCCD:099190000017",)
        organisation = token_world.organisations["an-phu"]
        with driver.open(tokens[organisation.token]) as session:
            session.log_in(pin_path(token_world.directory, organisation).read_bytes())
            assert len(_sign(session)) == 256
    assert {token.label for token in list_tokens(find_driver("softhsm"))} == set(tokens)

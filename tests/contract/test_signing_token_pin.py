"""Log-in: what is checked before a token is asked, and what its answers mean; each with the log of the calls it saw."""

import traceback

import PyKCS11
import pytest

from fixtures.softhsm import pin_path, softhsm_environment, softhsm_module
from robot.errors import (
    DriverFailed,
    LogInFailed,
    PinCancelled,
    PinFinalTry,
    PinLengthWrong,
    PinLocked,
    PinNeeded,
    TokenGone,
    WrongPin,
)
from robot.signing.token import PinState, find_driver, open_driver
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import PIN_PAD, USUAL, DoubleToken

PIN = b"24681357"
WRONG = b"86427531"


@pytest.fixture
def plugged(double):
    """Opens a session on a double that is as the test says."""
    opened = []

    def open_on(**changes):
        double.tokens = [DoubleToken("D0001", (held(),), **changes)]
        double.write()
        opened.append(open_driver(double.library))
        driver = opened[-1].__enter__()
        return driver.open(driver.token("D0001"))

    yield open_on
    for context in opened:
        context.__exit__(None, None, None)


def _raised(session, pin):
    with pytest.raises(LogInFailed) as caught:
        session.log_in(pin)
    return caught.value


@pytest.mark.parametrize(
    ("flags", "kind", "state"),
    [
        (USUAL | PyKCS11.CKF_USER_PIN_COUNT_LOW | PyKCS11.CKF_USER_PIN_FINAL_TRY, PinFinalTry, PinState.FINAL_TRY),
        (USUAL | PyKCS11.CKF_USER_PIN_LOCKED, PinLocked, PinState.LOCKED),
    ],
    ids=["final try", "locked"],
)
def test_no_log_in_at_the_final_try_or_when_locked(plugged, double, flags, kind, state):
    """Even with the right PIN the token is not asked: no C_Login stands in its log."""
    session = plugged(flags=flags)
    assert session.pin_state is state
    assert type(_raised(session, PIN)) is kind
    assert double.calls("C_Login") == []


@pytest.mark.parametrize("pin", [b"", b"24681", b"2" * 17], ids=["blank", "short", "long"])
def test_pin_of_a_wrong_length_is_not_tried(plugged, double, pin):
    """Shorter or longer than the token takes, or blank, which a driver would take for the PIN pad: the token is not asked."""
    assert type(_raised(plugged(min_pin=6, max_pin=16), pin)) is PinLengthWrong
    assert double.calls("C_Login") == []


def test_token_that_tells_no_lengths_takes_any(plugged, double):
    """Some drivers say 0 and 0: then the length forbids nothing but a blank PIN."""
    session = plugged(min_pin=0, max_pin=0)
    session.check(PIN)
    assert type(_raised(session, b"")) is PinLengthWrong
    assert double.calls("C_Login") == []


def test_a_look_ahead_asks_for_no_log_in(plugged, double):
    """`check` says yes to a PIN that may be tried without trying it."""
    plugged().check(WRONG)
    assert double.calls("C_Login") == []


def test_wrong_pin_is_asked_once(plugged, double):
    """One C_Login, one WrongPin with the token's answer, the flags show it; the right PIN is still good afterwards."""
    session = plugged()
    wrong = _raised(session, WRONG)
    assert (type(wrong), wrong.code, session.pin_state) == (WrongPin, "CKR_PIN_INCORRECT", PinState.COUNT_LOW)
    assert double.calls("C_Login") == [("C_Login", "CKR_PIN_INCORRECT")]
    session.log_in(PIN)
    assert session.pin_state is PinState.OK


def test_general_error_on_a_wrong_pin_is_seen_through(plugged, double):
    """A driver that answers CKR_GENERAL_ERROR to a wrong PIN shows it in the flags: WrongPin, and no second log-in."""
    session = plugged(wrong_pin=PyKCS11.CKR_GENERAL_ERROR, tries=2)
    wrong = _raised(session, WRONG)
    assert (type(wrong), wrong.code) == (WrongPin, "CKR_GENERAL_ERROR")
    assert type(_raised(session, WRONG)) is PinFinalTry
    assert len(double.calls("C_Login")) == 1


def test_token_that_hides_its_counter_says_locked(plugged, double):
    """The flags said nothing, the answer is CKR_PIN_LOCKED: PinLocked."""
    session = plugged(tries=0, wrong_pin=PyKCS11.CKR_PIN_LOCKED)
    assert session.pin_state is PinState.OK
    assert type(_raised(session, WRONG)) is PinLocked
    assert len(double.calls("C_Login")) == 1


@pytest.mark.parametrize("answer", [PyKCS11.CKR_GENERAL_ERROR, PyKCS11.CKR_FUNCTION_CANCELED, 0x80000123])
def test_answer_that_may_mean_anything_keeps_its_code(plugged, double, answer):
    """The flags tell nothing: LogInFailed with the token's code, a vendor's own number too; without a pad nobody cancelled."""
    session = plugged()
    double.failures = {"C_Login": answer}
    double.write()
    failed = _raised(session, PIN)
    names = {PyKCS11.CKR_GENERAL_ERROR: "CKR_GENERAL_ERROR", PyKCS11.CKR_FUNCTION_CANCELED: "CKR_FUNCTION_CANCELED"}
    assert (type(failed), failed.code) == (LogInFailed, names.get(answer, "0x80000123"))


@pytest.mark.parametrize(("pad", "kind"), [("cancel", PinCancelled), ("wrong", WrongPin)])
def test_pin_pad_refuses(plugged, double, pad, kind):
    """The person at the pad cancels, or types a wrong PIN: told apart."""
    assert type(_raised(plugged(flags=PIN_PAD, pad=pad), None)) is kind
    assert '"pin": "pad"' in double.log_text()


def test_pin_pad_lets_in(plugged, double):
    """With CKF_PROTECTED_AUTHENTICATION_PATH no PIN goes through the robot: the driver gets none, and a signature follows."""
    session = plugged(flags=PIN_PAD)
    assert session.token.protected_path
    session.log_in(None)
    assert len(session.sign(session.token.certificates[0], bytes(32), "SHA-256", "PKCS1.5")) == 256
    assert '"pin": "given"' not in double.log_text()


def test_no_pin_and_no_pad(plugged, double):
    """Without a PIN a token without a pad is not asked."""
    assert type(_raised(plugged(), None)) is PinNeeded
    assert double.calls("C_Login") == []


def test_token_pulled_during_log_in(plugged, double):
    """It is gone, and that is what is said."""
    session = plugged()
    double.write(pulled_in="C_Login")
    with pytest.raises(TokenGone):
        session.log_in(PIN)


def test_calls_are_told_without_the_pin(double):
    """Whoever asks is told each log-in, signature and log-out with its result; texts, tracebacks and names show no PIN."""
    double.tokens = [DoubleToken("D0001", (held(),))]
    double.write()
    told = []
    with open_driver(double.library) as driver:
        session = driver.open(driver.token("D0001"), lambda call, result: told.append((call, result)))
        try:
            session.log_in(WRONG)
        except WrongPin as wrong:
            seen = "".join(traceback.format_exception(wrong)) + wrong.text.say("vi") + repr(wrong) + repr(wrong.text) + str(wrong)
        session.log_in(PIN)
        session.sign(session.token.certificates[0], bytes(32), "SHA-256", "PKCS1.5")
        seen += repr(session) + repr(vars(session)) + repr(session.token)
        session.close()
    expected = ["CKR_PIN_INCORRECT", "CKR_OK", "CKR_OK", "CKR_OK"]
    assert told == list(zip(["C_Login", "C_Login", "C_Sign", "C_Logout"], expected, strict=True))
    assert [pin for pin in (PIN.decode(), WRONG.decode()) if pin in seen + double.log_text() + repr(told)] == []


def test_log_out_is_left_behind(plugged, double):
    """Closing logs out and closes, once, however often it is asked for."""
    session = plugged()
    session.log_in(PIN)
    session.close()
    session.close()
    assert double.calls("C_Logout") == [("C_Logout", "CKR_OK")]


def test_softhsm_says_the_same(token_world, monkeypatch):
    """On the real thing: a wrong PIN is WrongPin and COUNT_LOW, the right one clears it; a too short one is not tried."""
    organisation = token_world.organisations["kim-lien"]
    for name, value in softhsm_environment(token_world.directory).items():
        monkeypatch.setenv(name, value)
    pin = pin_path(token_world.directory, organisation).read_bytes()
    told = []
    with open_driver(find_driver(softhsm_module())) as driver:
        token = driver.token(token_world.tokens["kim-lien"].serial)
        session = driver.open(token, lambda call, result: told.append((call, result)))
        assert type(_raised(session, b"1")) is PinLengthWrong
        wrong = _raised(session, bytes(48 + (digit - 47) % 10 for digit in pin))
        assert (type(wrong), wrong.code, session.pin_state) == (WrongPin, "CKR_PIN_INCORRECT", PinState.COUNT_LOW)
        session.log_in(pin)
        assert session.pin_state is PinState.OK
    assert told == [("C_Login", "CKR_PIN_INCORRECT"), ("C_Login", "CKR_OK"), ("C_Logout", "CKR_OK")]


def test_driver_that_does_not_answer_is_named(double):
    """A call that fails for the driver's own reason is DriverFailed with call and code, not a token that is gone."""
    double.tokens = [DoubleToken("D0001")]
    double.failures = {"C_GetTokenInfo": PyKCS11.CKR_DEVICE_ERROR}
    double.write()
    with pytest.raises(DriverFailed, match="failed in C_GetTokenInfo: CKR_DEVICE_ERROR") as caught, open_driver(double.library):
        pass
    assert caught.value.cause == "call_failed"

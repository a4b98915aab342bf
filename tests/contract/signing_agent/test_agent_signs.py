"""What the agent signs and what it refuses, with the scripted token behind it."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import PyKCS11
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.hashes import SHA256

from robot.errors import (
    LogInFailed,
    PinFinalTry,
    PinLengthWrong,
    PinLocked,
    PinNeeded,
)
from tests.doubles.agent_run import DIGEST, ORIGIN, PIN, certificate, running, sign
from tests.doubles.certificates import held
from tests.doubles.pkcs11.script import PIN_PAD, USUAL
from tests.waiting import until


def test_a_signature_is_given_and_counted(token, config, ledger, run):
    """The certificate, one log-in, a signature that verifies; the books show what was signed for whom."""
    with running(config()) as agent:
        given = certificate(agent)
        assert given["ok"] is True
        assert {"cryptoAlgorithm": "RSA", "hashFunction": "SHA-256", "paddingScheme": "PKCS1.5"} in given["algorithms"]
        signed = sign(agent, given["certificate"])
    key = held().certificate.public_key()
    key.verify(base64.b64decode(signed["signature"]), bytes.fromhex(DIGEST), padding.PKCS1v15(), utils.Prehashed(SHA256()))
    row = ledger.signatures(run)[0]
    assert [row.origin, row.token, row.algorithm, row.digest] == [ORIGIN, token.tokens[0].serial, "PKCS1.5 SHA-256", DIGEST]
    assert int(row.certificate, 16) == held().certificate.serial_number
    assert [call for call, _ in token.calls() if call in {"C_Login", "C_Sign", "C_Logout"}] == ["C_Login", "C_Sign", "C_Logout"]
    assert ledger.token(token.tokens[0].serial).state == "clear"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": "http://gddt.baohiemxahoi.gov.vn"}, "not_allowed"),
        ({"origin": "https://gddt.baohiemxahoi.gov.vn.evil.example"}, "not_allowed"),
        ({"hash": DIGEST[:-2]}, "invalid_argument"),
        ({"hash": "zz" * 32}, "invalid_argument"),
        ({"hash_function": "MD5"}, "invalid_argument"),
        ({"hash_function": "SHA-1", "hash": "00" * 20}, "invalid_argument"),
        ({"certificate": base64.b64encode(b"another").decode()}, "invalid_argument"),
        ({"certificate": "?"}, "invalid_argument"),
        ({"extra": "1"}, "invalid_argument"),
        ({"hash": 5}, "invalid_argument"),
    ],
)
def test_what_is_not_exactly_right_gets_no_signature(token, config, ledger, run, changes, code):
    """Origin, hash, function, certificate, argument set: each wrong one has its code, and the token never signs."""
    with running(config()) as agent:
        given = certificate(agent)["certificate"]
        answer = sign(agent, given, **changes)
    assert [answer["ok"], answer["code"]] == [False, code]
    assert token.calls("C_Sign") == []
    assert ledger.signatures(run) == []


def test_more_signatures_than_the_flow_makes_are_refused_and_told(token, config, ledger, run):
    """The second signature of a run that may make one is an alarm, not a signature."""
    with running(config()) as agent:
        given = certificate(agent)["certificate"]
        assert sign(agent, given)["ok"] is True
        assert sign(agent, given)["code"] == "not_allowed"
    assert [event["kind"] for event in agent.events if event["event"] == "alarm"] == ["surplus"]
    assert len(ledger.signatures(run)) == len(token.calls("C_Sign")) == 1


def test_while_the_token_signs_others_are_heard(token, config):
    """A signature takes half a second and more: the next tab gets the certificate, and the owner's order is heard, meanwhile."""
    with running(config(errands=True)) as agent, ThreadPoolExecutor(1) as aside:
        agent.errand(agent.config.run, DIGEST)
        given = certificate(agent)
        token.write(holds=1)
        signing = aside.submit(sign, agent, given["certificate"])
        until(lambda: token.calls("C_Sign (holds)"), "the token to be at it")
        assert given == certificate(agent)
        assert "not_allowed" == certificate(agent, "https://gddt.baohiemxahoi.gov.vn.evil.example")["code"]
        agent.errand("another", DIGEST[::-1])
        assert not signing.done()
        token.write(holds=0)
        assert signing.result()["ok"] is True


def test_the_token_does_not_wait_for_the_books(token, config, ledger, run):
    """While one signature is not on disk yet, the next is made; neither is given out before it is counted."""
    with running(config(errands=True)) as agent, ThreadPoolExecutor(2) as aside:
        other = ledger.begin_run("submit", "hoa-binh", {}, agent.config.home / "other")
        digests = {run: DIGEST, other: DIGEST[::-1]}
        for each, digest in digests.items():
            agent.errand(each, digest)
        given = certificate(agent)["certificate"]
        with ledger.store.writing():
            signing = [aside.submit(sign, agent, given, hash=digest) for digest in digests.values()]
            until(lambda: len(token.calls("C_Sign")) == 2, "the second signature")
            assert [False, False] == [each.done() for each in signing]
        assert [True, True] == [each.result()["ok"] for each in signing]
    assert [1, 1] == [len(ledger.signatures(each)) for each in digests]


def test_outside_of_a_run_nothing_is_signed(token, config, ledger, run):
    """A run that has ended has no signature any more, and somebody is told."""
    with running(config()) as agent:
        given = certificate(agent)["certificate"]
        ledger.end_run(run, "done")
        assert sign(agent, given)["code"] == "not_allowed"
    assert [event["kind"] for event in agent.events if event["event"] == "alarm"] == ["outside"]
    assert token.calls("C_Sign") == []


@pytest.mark.parametrize("until_day", [None, -1])
def test_without_consent_an_unattended_agent_signs_nothing(token, config, until_day):
    """No consent, and one that ended yesterday: not even the certificate is given, and the token is never asked."""
    until_date = None if until_day is None else datetime.now(UTC).date() + timedelta(days=until_day - 1)
    with running(config(consent_until=until_date)) as agent:
        assert certificate(agent)["code"] == "not_allowed"
    assert token.calls("C_Login") == []


def test_a_person_who_gives_the_pin_needs_no_consent(config):
    """Consent is for nights."""
    with running(config(consent_until=None, attended=True)) as agent:
        assert certificate(agent)["ok"] is True


def test_a_wrong_pin_is_asked_once_in_three_nights(token, config, ledger, tmp_path):
    """The token sees exactly one C_Login; later runs end before the browser, until a person clears the token."""
    serial = token.tokens[0].serial
    with running(config(), b"00000000") as agent:
        assert certificate(agent)["code"] == "pin_blocked"
        assert certificate(agent)["code"] == "pin_blocked"
        until(lambda: agent.failure is not None, "the robot hears of it")
    for _ in range(2):
        run = ledger.begin_run("register", "hoa-binh", {}, tmp_path)
        with pytest.raises(LogInFailed) as stopped, running(config(run=run), b"00000000"):
            pass
        assert stopped.value.text.key == "errors.token_stopped"
    assert token.calls("C_Login") == [("C_Login", "CKR_PIN_INCORRECT")]
    assert ledger.token(serial).said == "pin_wrong CKR_PIN_INCORRECT"
    ledger.clear_token(serial)
    with running(config()) as agent:
        assert certificate(agent)["ok"] is True
    logged = [json.loads(line) for line in (tmp_path / "token-calls.jsonl").read_text().splitlines()]
    assert [row["result"] for row in logged if row["call"] == "C_Login"] == ["CKR_PIN_INCORRECT", "CKR_OK"]


def test_a_token_that_hides_a_wrong_pin_is_stopped_too(token, config, ledger):
    """CKR_GENERAL_ERROR may hide a wrong PIN: not asked again either."""
    token.write(wrong_pin=PyKCS11.CKR_GENERAL_ERROR)
    with running(config(), b"00000000") as agent:
        assert certificate(agent)["code"] == certificate(agent)["code"] == "pin_blocked"
    assert len(token.calls("C_Login")) == 1
    assert ledger.token(token.tokens[0].serial).state == "stopped"


def test_a_log_in_that_never_came_back_stops_the_token(token, config, ledger, run):
    """Killed between the books and the answer: nobody knows whether the PIN counted."""
    ledger.begin_login(token.tokens[0].serial, run)
    with pytest.raises(LogInFailed) as stopped, running(config()):
        pass
    assert stopped.value.text.key == "errors.token_stopped"
    assert token.calls("C_Login") == []


@pytest.mark.parametrize(
    ("changes", "pin", "error"),
    [
        ({"flags": USUAL | PyKCS11.CKF_USER_PIN_FINAL_TRY}, PIN, PinFinalTry),
        ({"flags": USUAL | PyKCS11.CKF_USER_PIN_LOCKED}, PIN, PinLocked),
        ({"min_pin": 10}, PIN, PinLengthWrong),
        ({"max_pin": 7}, PIN, PinLengthWrong),
        ({}, None, PinNeeded),
    ],
)
def test_what_forbids_a_log_in_is_found_before_the_browser(token, config, ledger, changes, pin, error):
    """By flags and lengths: the agent does not start, the token is not asked, and it is not stopped either."""
    token.write(**changes)
    with pytest.raises(error), running(config(), pin):
        pass
    assert token.calls("C_Login") == []
    assert ledger.tokens() == []


def test_a_pin_pad_is_typed_on_by_a_person(token, config, ledger):
    """CKF_PROTECTED_AUTHENTICATION_PATH: log-in without a PIN; a cancel at the pad does not stop the token."""
    token.write(flags=PIN_PAD, pad="cancel")
    with running(config(attended=True), None) as agent:
        assert certificate(agent)["code"] == "user_cancel"
        token.write(pad="right")
        assert certificate(agent)["ok"] is True
    assert ledger.token(token.tokens[0].serial).state == "clear"


def test_a_token_pulled_and_plugged_in_again_signs(token, config):
    """Pulled: said so; plugged in again: a new log-in, and the signature."""
    with running(config()) as agent:
        given = certificate(agent)["certificate"]
        token.write(present=False)
        assert sign(agent, given)["code"] == "no_certificates"
        token.write(present=True, plugs=1)
        assert sign(agent, given)["ok"] is True
    assert [result for _, result in token.calls("C_Login")] == ["CKR_OK", "CKR_OK"]


def test_a_token_that_is_not_there_yet_is_awaited(token, config):
    """The agent starts without it; it is found when it is needed."""
    token.write(present=False)
    with running(config()) as agent:
        assert certificate(agent)["code"] == "no_certificates"
        until(lambda: agent.failure is not None, "the robot hears of it")
        token.write(present=True, plugs=1)
        assert certificate(agent)["ok"] is True
        until(lambda: agent.failure is None, "the robot hears that all is well")


def test_only_the_pinned_certificate_is_given(config):
    """Neither another organisation's nor one of another serial, though it is plugged in."""
    with running(config(tax_code="0100000008")) as agent:
        assert certificate(agent)["code"] == "no_certificates"
    with running(config(certificate_serial="0badcafe")) as agent:
        assert certificate(agent)["code"] == "no_certificates"
    with running(config(certificate_serial=f"{held().certificate.serial_number:x}")) as agent:
        assert certificate(agent)["ok"] is True

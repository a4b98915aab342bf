"""The probes of driver, token, PIN and certificate with made-up tokens and the scripted driver."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from robot.diagnosis.probes.certificate import look_at_certificate
from robot.diagnosis.probes.driver import look_at_driver
from robot.diagnosis.probes.token import look_at_pin, look_at_token
from robot.settings import Organisation
from robot.settings.signing import OrganisationToken
from robot.signing.token import PinState, Token, TokenCertificate
from tests.doubles.pkcs11.script import DoubleToken

TAX_CODE = "0101243150"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
GOOD = TokenCertificate(
    der=b"",
    key_id=b"1",
    label="ký số",
    subject="CÔNG TY TNHH HÒA BÌNH",
    issuer="CA",
    serial="54AB",
    not_before=NOW - timedelta(days=100),
    not_after=NOW + timedelta(days=100),
    tax_codes=(TAX_CODE,),
    person_ids=(),
    key_usage=("digital_signature", "content_commitment"),
    is_authority=False,
    algorithm="RSA",
    key_bits=2048,
    has_key=None,
)


def organisation(**token: str) -> Organisation:
    fields = dict.fromkeys(("name", "province", "agency_name", "contact", "address"), "x")
    return Organisation(**fields, tax_code=TAX_CODE, agency_code="00101", email="a@thu.example", token=OrganisationToken(**token))


def token(serial: str = "A1", state: PinState = PinState.OK, **changes: object) -> Token:
    held = [dataclasses.replace(GOOD, **changes)]
    return Token(0, f"VSS {serial}", serial, "m", "n", "1.0", state, 4, 8, protected_path=False, flags=0, certificates=held)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"not_after": NOW - timedelta(days=1)}, "certificate_expired"),
        ({"not_before": NOW + timedelta(days=1)}, "certificate_not_yet_valid"),
        ({"key_usage": ("key_encipherment",)}, "certificate_key_usage"),
        ({"key_usage": ()}, ""),
        ({"tax_codes": ("0100109106",)}, "certificate_other_organisation"),
        ({"is_authority": True}, "certificate_missing"),
    ],
)
def test_the_certificate_is_judged_by_owner_use_and_date(changes, code):
    """Owner first, then what it may do, then when; one without the extension may do anything."""
    assert code == look_at_certificate(token(**changes), organisation(), NOW).code


def test_of_two_certificates_the_valid_one_counts():
    """As after a renewal: the one that ran out lies beside the new one."""
    both = token()
    both.certificates.append(dataclasses.replace(GOOD, serial="55", not_after=NOW - timedelta(days=3)))
    assert look_at_certificate(both, organisation(), NOW).state == "ok"


@pytest.mark.parametrize(
    ("tokens", "pinned", "code"),
    [
        ([], "", "token_absent"),
        ([token()], "", ""),
        ([token("A1"), token("B2")], "", "token_several"),
        ([token("A1"), token("B2")], "B2", ""),
        ([token("A1"), token("B2", tax_codes=("0100109106",))], "", ""),
        ([token("A1")], "C3", "token_absent"),
        ([token("A1", tax_codes=()), token("B2", tax_codes=())], "", "token_absent"),
        ([token("A1", tax_codes=("0100109106",))], "", ""),
    ],
)
def test_which_token_is_the_organisations(tokens, pinned, code):
    """The pinned one, else the one with its certificate; two that fit are a fault where none is pinned."""
    assert code == look_at_token(tokens, organisation(serial=pinned)).probe.code


@pytest.mark.parametrize(
    ("state", "stopped", "code"),
    [
        (PinState.OK, {}, ""),
        (PinState.COUNT_LOW, {}, ""),
        (PinState.FINAL_TRY, {}, "pin_final_try"),
        (PinState.LOCKED, {"A1": "wrong_pin"}, "pin_locked"),
        (PinState.OK, {"A1": "wrong_pin"}, "pin_stopped"),
        (PinState.OK, {"B2": "wrong_pin"}, ""),
    ],
)
def test_the_pin_by_its_flags_and_by_the_books(state, stopped, code):
    """A locked PIN is worse than the robot's own stop; another token's stop is nobody's business here."""
    assert code == look_at_pin(token(state=state), stopped).code


def test_a_working_driver_shows_its_tokens_and_is_never_logged_in_to(double):
    """The scripted driver keeps an account of its calls."""
    double.tokens.append(DoubleToken(serial="D0UB1E"))
    double.write()
    seen = look_at_driver(str(double.library), 20)
    assert seen.probe.state == "ok"
    assert [found.serial for found in seen.tokens or ()] == ["D0UB1E"]
    assert double.calls("C_GetTokenInfo")
    assert double.calls("C_Login") == []


def test_a_driver_that_is_not_there_or_no_library_is_told(tmp_path):
    """By path, by a file that no system loads, and by no name at all."""
    (tmp_path / "driver.so").write_bytes(b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + (3).to_bytes(2, "little") + b"\xf3\x00")
    assert look_at_driver(str(tmp_path / "absent.so"), 5).probe.code == "driver_missing"
    assert look_at_driver(str(tmp_path / "driver.so"), 20).probe.code == "driver_wrong_architecture"
    assert look_at_driver("", 5).probe.state == "unknown"

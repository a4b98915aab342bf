"""Placeholders: the same value is the same placeholder however it is written, and what is no value stays."""

import datetime as dt
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot import identifiers
from robot.recording.made_up import like, made_up, made_up_values, secret_shape, shape_of, sized
from robot.recording.placeholders import Register, fill, placeholders_in

TODAY = dt.date(2026, 11, 22)
NAME = "Công ty TNHH Thử & Nghiệm"


@pytest.fixture
def register():
    made = Register()
    made.add("ORG", "name", NAME, shape_of)
    made.add("ORG", "tax_code", "9901000019", sized("tax code"))
    made.add("SECRET", "captcha", "AB3D", like)
    made.add("PERSON", "tienLuong", "12340000", shape_of)
    made.add_days(TODAY)
    return made


@pytest.mark.parametrize(
    "written",
    [
        NAME,
        NAME.upper(),
        json.dumps(NAME)[1:-1],
        quote(NAME),
        NAME.replace("&", "&amp;"),
        NAME.replace(" ", "+").replace("&", "%26").replace("ô", "%C3%B4").replace("ử", "%E1%BB%AD").replace("ệ", "%E1%BB%87"),
    ],
)
def test_a_value_is_found_however_it_is_written(register, written):
    """JSON, addresses, HTML, capitals: each is the same placeholder."""
    assert register.hide(f"<{written}>") == "<{ORG:name}>"


def test_short_values_and_numbers_are_found_only_where_they_stand_alone(register):
    """A captcha within a word and a tax code within a longer number are something else."""
    assert register.hide('"AB3D" XAB3D 9901000019 99010000191') == '"{SECRET:captcha}" XAB3D {ORG:tax_code} 99010000191'


def test_numbers_are_found_with_their_points(register):
    """A salary as a page shows it."""
    assert register.hide("12.340.000 ₫, 12,340,000") == "{PERSON:tienLuong} ₫, {PERSON:tienLuong}"


def test_days_are_counted_from_the_day_of_the_run(register):
    """Today, a promised day, and a day long ago, which stays."""
    assert register.hide("22/11/2026 29%2F11%2F2026 01/02/1990") == "{DAY:0} {DAY:7} 01/02/1990"


def test_one_value_has_one_placeholder_and_one_name_one_value(register):
    """Told twice it stays the first; another value under a name that is taken gets a number."""
    assert register.add("PERSON", "subject", NAME, shape_of) == "{ORG:name}"
    assert register.add("SECRET", "captcha", "XY7Z", like) == "{SECRET:captcha.2}"


def test_what_is_put_in_is_taken_out_again(register):
    """A replay's register turns made-up values back into the placeholders they stand for."""
    hidden = register.hide(json.dumps({"TenDoiTuong": NAME, "MaSoThue": "9901000019", "NgayLap": "22/11/2026"}))
    shapes = {each: register.shape(each) for each in placeholders_in(hidden)}
    later = dt.date(2027, 3, 1)
    values = made_up_values(shapes, None, later)
    lived = fill(hidden, values)
    assert NAME not in lived
    assert "01/03/2027" in lived
    assert Register.of(values, later).hide(lived) == hidden


@given(st.text(st.sampled_from("aă ạbZ9"), min_size=1, max_size=40).map(str.strip).filter(bool), st.integers(0, 5))
def test_a_made_up_text_is_as_long_in_letters_and_bytes(value, salt):
    """The dossier's length does not change when a name in it does."""
    made = made_up("{ORG:name}", f"text {len(value)} {len(value.encode())}", salt)
    assert (len(made), len(made.encode())) == (len(value), len(value.encode()))


@pytest.mark.parametrize("salt", range(30))
def test_a_made_up_tax_code_has_its_check_digit(salt):
    """As the portal and the settings want it; of a branch too. Nobody has codes that begin with 99."""
    for shape, size in (("tax code 10", 10), ("tax code 14", 14)):
        code = made_up("{ORG:tax_code}", shape, salt)
        assert identifiers.tax_code(code) == code
        assert (len(code), code[:2]) == (size, "99")


def test_made_up_values_are_always_the_same_and_never_two_alike():
    """Two captchas of one shape differ, and tomorrow they are what they were today."""
    shapes = {f"{{SECRET:captcha.{number}}}": "like A0" for number in range(2, 60)} | {"{DAY:-1}": "day"}
    values = made_up_values(shapes, None, TODAY)
    assert values == made_up_values(shapes, None, TODAY)
    assert len(set(values.values())) == len(values)
    assert values["{DAY:-1}"] == "21/11/2026"


def test_a_shape_says_nothing_of_a_secret_but_its_length():
    """Signs of a password are not told."""
    assert secret_shape("p@ss-w0rd!") == "secret 10"
    assert like("TZ0490L") == "like AA0000A"

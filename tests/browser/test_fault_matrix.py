"""Each fault of the world is named by the robot; a few of each place here, the whole table by the proof `faults`.

A browser's start is what costs time, so that most looks meet two faults: the earlier is named, the later seen broken as well.
"""

import pytest

from fixtures.faults.kinds import CHAIN_FAULTS
from robot.diagnosis.codes import CODES
from tests.proof import faults as matrix

KEY = "an-phu"
# Two of places that do not hide one another; the first is the earlier in the chain.
SAMPLE = (
    ("portal-tls", "pin-locked"),
    ("page-request-failed", "token-several"),
    ("extension-missing", "host-killed"),
    ("content-script-missing", "certificate-other-organisation"),
    ("worker-silent", "manifest-wrong-name"),
    ("host-library-missing", "driver-dependency-missing"),
)


def test_every_code_of_a_fault_is_one_of_the_robots():
    """The world's names and the robot's codes are the same; at least 24 faults can be set, each expected once."""
    codes = [matrix.expected(name)[0] for name in matrix.ALL]
    assert [code for code in codes if code not in CODES] == []
    assert len(set(codes)) == len(codes) >= 24
    assert set(CHAIN_FAULTS) <= set(matrix.ALL)


@pytest.mark.browser
@pytest.mark.parametrize("pair", SAMPLE, ids="+".join)
def test_the_doctor_names_the_earlier_of_two_faults_and_sees_both(world, pair):
    """Code, link and certainty are the earlier one's, the command ends with 11, and the later link is told as broken, too."""
    met = matrix.meet(world.layout, KEY, *pair)
    assert (matrix.expected(pair[0]), 11) == (met.found, met.exit_code), met.talk
    assert {matrix.expected(name)[0] for name in pair} <= set(met.broken), met.broken


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        pytest.param("driver-missing", 11, marks=pytest.mark.long),
        pytest.param("dialog-unanswered", 11, marks=pytest.mark.long),
        ("portal-toast", 10),
    ],
)
def test_a_run_names_why_its_form_stayed_away(world, name, exit_code):
    """The driver behind the library's end, the window that nobody answers, the portal's own sentence."""
    met = matrix.meet(world.layout, KEY, name, always_run=True)
    assert (met.expected, exit_code) == (met.found, met.exit_code), met.talk


@pytest.mark.browser
def test_the_last_try_of_a_pin_is_left_alone(world):
    """No captcha is asked for and no window opened; nothing reaches the portal."""
    before = world.truth()["registrations"]
    met = matrix.meet(world.layout, KEY, "pin-final-try", always_run=True)
    assert (met.expected, 11) == (met.found, met.exit_code), met.talk
    assert before == world.truth()["registrations"]


@pytest.mark.browser
@pytest.mark.long
def test_what_a_run_gets_through_is_its_alarm(world, chain):
    """Two tokens and a clock that is wrong stop nobody who signs by the library's window: done, and both said."""
    for name in ("token-several", "clock-skew"):
        chain.set(name, KEY)
    ran = world.robot_at(KEY, "run", "register", "--org", KEY, "--json")
    assert (ran.exit_code, ran.said["outcome"], ran.said["finding"]) == (0, "done", None), ran.talk
    assert {"token_several", "clock_skew"} == {alarm["kind"] for alarm in ran.said["alarms"]}
    assert all(alarm["certainty"] == "likely" and alarm["remedy"] in alarm["said"] for alarm in ran.said["alarms"])

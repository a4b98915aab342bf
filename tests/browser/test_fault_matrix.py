"""Each fault of the world is named by the robot; a seeded few here, the whole table by the proof `faults`."""

import pytest

from fixtures.faults.kinds import CHAIN_FAULTS
from robot.diagnosis.codes import CODES, PLACE
from tests.proof import faults as matrix

KEY = "an-phu"
SEED = 4
# One of each place of the chain; the proof `faults` meets the others.
SAMPLE = ("portal-tls", "page-request-failed", "content-script-missing", "worker-silent", "manifest-forbidden",
          "host-library-missing", "driver-dependency-missing", "token-several", "certificate-other-organisation")  # fmt: skip


def test_every_code_of_a_fault_is_one_of_the_robots():
    """The world's names and the robot's codes are the same; at least 24 faults can be set, each expected once."""
    codes = [matrix.expected(name)[0] for name in matrix.ALL]
    assert [code for code in codes if code not in CODES] == []
    assert len(set(codes)) == len(codes) >= 24
    assert set(CHAIN_FAULTS) <= set(matrix.ALL)


@pytest.mark.browser
@pytest.mark.parametrize("name", SAMPLE)
def test_the_doctor_names_a_fault(world, name):
    """Code, link and certainty are the fault's, and the command ends with 11."""
    met = matrix.meet(world.layout, KEY, name)
    assert (met.expected, 11) == (met.found, met.exit_code), met.talk


@pytest.mark.browser
@pytest.mark.parametrize("pair", matrix.pairs(2, SEED), ids="+".join)
def test_the_earliest_of_two_faults_is_named(world, pair):
    """With two links broken the earlier one is the finding."""
    met = matrix.meet(world.layout, KEY, *pair)
    assert met.expected == met.found, met.talk
    assert PLACE[met.found[0]] == min(PLACE[matrix.expected(name)[0]] for name in pair)


@pytest.mark.browser
def test_a_run_names_a_window_that_nobody_answers(world):
    """The vendor's window waits for a person: `register` ends with 11 and says that."""
    met = matrix.meet(world.layout, KEY, "dialog-unanswered")
    assert (met.expected, 11) == (met.found, met.exit_code), met.talk


@pytest.mark.browser
def test_a_healthy_desk_is_not_suspected(world):
    """With nothing set, on the organisation's own line, the doctor finds nothing and ends with 0."""
    ran = world.robot_at(KEY, "doctor", "--org", KEY, "--json")
    assert (0, None) == (ran.exit_code, ran.said["finding"]), ran.talk

"""The portal at its worst: error pages, dropped connections, refused captchas, sessions that end."""

import pytest

from tests.browser.conftest import notes, pictures


@pytest.mark.long
def test_an_error_page_that_passes_is_asked_again(world, faults, account, round_number):
    """A 500 on a page that is only read is asked for again, and the run goes on."""
    account("hoa-binh")
    faults.set("portal-500", world.organisation("hoa-binh").tax_code, at="/ho-so/nop")
    ran = _submit(world, "hoa-binh", round_number)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert 500 in [row.get("status") for row in notes(ran.said, "network")]


@pytest.mark.long
def test_a_portal_that_stays_down_is_unavailable(world, faults, account, round_number, accepted):
    """Error pages as often as the settings allow end with 12 and the address; nothing was sent."""
    account("hoa-binh")
    faults.set("portal-500", world.organisation("hoa-binh").tax_code, times=9, at="/ho-so/nop")
    ran = _submit(world, "hoa-binh", round_number)
    assert (ran.exit_code, ran.said["outcome"], ran.said["finding"]["link"]) == (12, "portal_unavailable", "portal"), ran.talk
    assert "500" in ran.said["finding"]["cause"]
    assert accepted("hoa-binh", round_number) == []


@pytest.mark.long
def test_a_slow_portal_is_waited_for(world, faults, account, round_number):
    """A slow answer is still an answer."""
    account("hoa-binh")
    faults.set("portal-slow", world.organisation("hoa-binh").tax_code, times=1, seconds=2.0, at="/api/ho-so")
    ran = _submit(world, "hoa-binh", round_number)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert ran.said["steps"]["sign and send the dossier"] >= 2


@pytest.mark.parametrize("fault", ["connection-dropped", pytest.param("portal-500", marks=pytest.mark.long)])
def test_a_dossier_taken_without_an_answer_is_looked_up(world, faults, account, round_number, accepted, fault):
    """The portal takes the dossier and gives no answer: the robot looks it up, finds it, and sends nothing twice."""
    account("kim-lien")
    faults.set(fault, world.organisation("kim-lien").tax_code, times=1, at="/api/ho-so", accepted=True)
    ran = _submit(world, "kim-lien", round_number)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert [ran.said["receipt"]["number"]] == accepted("kim-lien", round_number)


@pytest.mark.long
def test_an_outcome_that_cannot_be_looked_up_is_held(world, faults, account, round_number, accepted):
    """Dropped before it was taken: the look-up shows nothing, the run is held with 13, and a new start sends nothing either."""
    account("kim-lien")
    faults.set("connection-dropped", world.organisation("kim-lien").tax_code, times=2, at="/api/ho-so", accepted=False)
    held = _submit(world, "kim-lien", round_number)
    assert (held.exit_code, held.said["outcome"]) == (13, "unknown"), held.talk
    world.faults.clear()
    again = _submit(world, "kim-lien", round_number)
    assert (again.exit_code, again.said["outcome"]) == (13, "unknown"), again.talk
    assert accepted("kim-lien", round_number) == []


def test_an_open_outcome_is_settled_by_the_next_start(world, faults, account, round_number, accepted):
    """The portal took it but the look-up was down as well: the next start finds it and gives its number."""
    account("kim-lien")
    tax_code = world.organisation("kim-lien").tax_code
    faults.set("connection-dropped", tax_code, times=1, at="/api/ho-so", accepted=True)
    faults.set("portal-500", tax_code, times=9, at="/ho-so/tra-cuu")
    held = _submit(world, "kim-lien", round_number)
    assert (held.exit_code, held.said["outcome"]) == (13, "unknown"), held.talk
    world.faults.clear()
    again = _submit(world, "kim-lien", round_number)
    assert (again.exit_code, again.said["outcome"]) == (0, "done"), again.talk
    assert [again.said["receipt"]["number"]] == accepted("kim-lien", round_number)


@pytest.mark.long
def test_a_captcha_not_taken_is_asked_again(world, faults):
    """A refused captcha is asked again with the new picture, and the run goes on."""
    faults.set("captcha-wrong-once", world.organisation("truong-son").tax_code)
    ran = world.robot("run", "register", "--org", "truong-son", "--json")
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert len(list((pictures(ran.said)[0].parents[1] / "questions").glob("*.png"))) == 2


def test_nobody_to_read_the_captcha_is_waiting(world):
    """Without anybody to ask the run ends with 14 and names the picture."""
    ran = world.robot("run", "register", "--org", "truong-son", "--json", VSS_ROBOT_QUESTIONS__ANSWER_COMMAND="[]")
    assert (ran.exit_code, ran.said["outcome"]) == (14, "waiting"), ran.talk
    assert "captcha-1.png" in ran.talk


@pytest.mark.long
def test_a_session_that_ends_before_anything_was_sent_starts_again(world, faults, account, round_number, accepted):
    """Signed out by the portal on the way: the flow starts again from its log-in, and the dossier goes up once."""
    account("hoa-binh")
    faults.set("session-expired", world.organisation("hoa-binh").tax_code)
    ran = _submit(world, "hoa-binh", round_number)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert [ran.said["receipt"]["number"]] == accepted("hoa-binh", round_number)


def _submit(world, key, round_number):
    return world.robot("run", "submit", "--org", key, "--dossier", str(world.dossier(key)), "--round", round_number, "--json")

"""Letters that come late, twice, forged or not at all, and codes that do not work."""

import json

import pytest

from tests.browser.conftest import notes


@pytest.mark.long
def test_letters_that_come_late_are_waited_for(world, faults, fresh_books):
    """The mail with the credentials comes seconds late: the run waits for it without a browser and goes on."""
    key = "an-phu"
    faults.set("mail-late", world.organisation(key).tax_code, times=1, seconds=4.0, mail="credentials")
    ran = _onboard(world, key, fresh_books)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert ran.said["steps"]["wait for the mail with user name and password"] >= 2


@pytest.mark.long
def test_a_letter_that_never_comes_is_waited_for_by_the_next_start(world, faults, fresh_books):
    """No mail within the time: exit code 14, and the next start goes on with the registration that stands."""
    key = "an-phu"
    faults.set("mail-missing", world.organisation(key).tax_code, times=1, mail="credentials")
    first = _onboard(world, key, fresh_books, VSS_ROBOT_TIMERS__MAIL_S="2")
    assert (first.exit_code, first.said["outcome"]) == (14, "waiting"), first.talk
    registrations = len(world.truth()["registrations"])
    again = _onboard(world, key, fresh_books, VSS_ROBOT_TIMERS__MAIL_S="1")
    assert (again.exit_code, again.said["outcome"]) == (14, "waiting"), again.talk
    assert registrations == len(world.truth()["registrations"]), "the registration that stands is not made again"


@pytest.mark.long
def test_a_letter_that_comes_twice_does_no_harm(world, faults, fresh_books):
    """Two copies of the same letter activate once."""
    faults.set("mail-twice", world.organisation("truong-son").tax_code, times=1, mail="activation")
    ran = _onboard(world, "truong-son", fresh_books)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk


@pytest.mark.long
def test_a_forged_letter_is_ignored(world, faults, fresh_books):
    """A newer letter of a look-alike sender, with a link elsewhere, is passed over and noted as ignored."""
    faults.set("mail-forged", world.organisation("truong-son").tax_code)
    ran = _onboard(world, "truong-son", fresh_books)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    ignored = [row for row in notes(ran.said, "mails") if not row["used"]]
    assert any("baohiemxahoi.gov.vn" in row["sender"] for row in ignored)
    addresses = {row["address"].split("/")[2] for row in notes(ran.said, "network") if row["address"].startswith("https")}
    assert {"gddt.baohiemxahoi.gov.vn"} == addresses


@pytest.mark.long
def test_a_code_that_is_refused_leads_to_a_new_registration(world, faults, fresh_books):
    """Known fault 2: the code is refused, the organisation is registered again once, and the newer code works."""
    tax_code = world.organisation("truong-son").tax_code
    faults.set("code-wrong", tax_code)
    ran = _onboard(world, "truong-son", fresh_books)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    mine = [row for row in world.truth()["registrations"] if row["tax_code"] == tax_code]
    assert ran.said["receipt"]["number"] == mine[-1]["number"]
    assert mine[-1]["state"] == "activated"


@pytest.mark.long
def test_a_second_refused_code_is_a_persons_matter(world, faults, fresh_books):
    """Refused again after the new registration: exit code 10, and a third one only when a person says so."""
    tax_code = world.organisation("an-phu").tax_code
    faults.set("code-wrong", tax_code, times=5)
    before = sum(row["tax_code"] == tax_code for row in world.truth()["registrations"])
    ran = _onboard(world, "an-phu", fresh_books)
    assert (ran.exit_code, ran.said["outcome"]) == (10, "refused"), ran.talk
    assert before + 2 == sum(row["tax_code"] == tax_code for row in world.truth()["registrations"])
    (asked,) = json.loads(world.robot("questions", "--json", **fresh_books).out)
    assert (asked["kind"], asked["choices"]) == ("activation", ["again", "stop"])
    waits = _onboard(world, "an-phu", fresh_books)
    assert (waits.exit_code, waits.said["outcome"]) == (14, "waiting"), waits.talk
    faults.clear()
    assert world.robot("answer", str(asked["id"]), "again", **fresh_books).exit_code == 0
    again = _onboard(world, "an-phu", fresh_books)
    assert (again.exit_code, again.said["outcome"]) == (0, "done"), again.talk
    assert before + 3 == sum(row["tax_code"] == tax_code for row in world.truth()["registrations"])


@pytest.mark.long
def test_books_begun_anew_do_not_take_old_credentials_for_new(world, account, fresh_books):
    """An older vault beside fresh books: the registration that they know is gone on with, and its credentials are used."""
    account("truong-son")
    assert world.robot("run", "register", "--org", "truong-son", **fresh_books).exit_code == 0
    ran = _onboard(world, "truong-son", fresh_books)
    assert (0, "done") == (ran.exit_code, ran.said["outcome"]), ran.talk
    assert "keep user name and password in the vault" in ran.said["steps"]
    assert "open the registration form" not in ran.said["steps"]


def _onboard(world, key, fresh_books, **variables):
    return world.robot("run", "onboard", "--org", key, "--json", **fresh_books, **variables)

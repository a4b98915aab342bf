"""The form to choose a signature does not appear: screenshot at that moment, cause, known remedy."""

import json

import pytest

from tests.browser.conftest import notes, pictures

ABSENT = "the-form-to-choose-a-signature-absent"


def test_the_phone_left_blank_brings_the_form(world, faults):
    """Known fault 1: the form stays absent, is pictured, and appears once the phone number is left blank."""
    organisation = world.organisation("song-lo")
    faults.set("form-absent-phone", organisation.tax_code)
    ran = world.robot("run", "register", "--org", "song-lo", "--json")
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert (ran.said["finding"]["link"], ran.said["finding"]["code"]) == ("form", "form_phone")
    assert [note["code"] for note in notes(ran.said, "findings")] == ["form_phone"]
    assert next(note["probes"] for note in notes(ran.said, "preflight")), "the cheap half was looked at before"
    assert "leave the phone number blank and ask once more" in ran.said["steps"]
    absent = [picture for picture in pictures(ran.said) if ABSENT in picture.name]
    assert len(absent) == 1
    assert str(absent[0]) in ran.talk
    assert [row["phone"] for row in world.truth()["registrations"] if row["number"] == ran.said["receipt"]["number"]] == [""]


@pytest.mark.long
def test_a_phone_that_another_code_holds_is_left_blank(world):
    """The portal's toast about a number already declared is answered by the same remedy."""
    taken = world.organisation("thai-son").phone
    assert world.robot("run", "register", "--org", "thai-son").exit_code == 0
    ran = world.robot("run", "register", "--org", "kim-lien", "--json", VSS_ROBOT_ORGANISATIONS=_with("kim-lien", phone=taken))
    assert (ran.exit_code, (ran.said["finding"] or {}).get("link")) == (0, "form"), ran.talk


@pytest.mark.long
def test_fields_that_the_page_marks_without_a_word_are_named(world):
    """A form that the page itself refuses in silence is told by the fields it has marked."""
    ran = world.robot("run", "register", "--org", "song-lo", "--json", VSS_ROBOT_ORGANISATIONS=_with("song-lo", contact=" "))
    assert (ran.exit_code, ran.said["finding"]["code"]) == (11, "form_fields_marked"), ran.talk
    assert "NguoiLienHe" in ran.said["finding"]["cause"]


def _with(key, **particulars) -> str:
    """Particulars of an organisation, as the environment lays them over the settings file."""
    return json.dumps({key: particulars})

"""The main job: an organisation registered, activated, and its dossier uploaded, by the real command in a real Chromium."""

import json

import pytest

from tests.browser.conftest import notes, pictures

OBJECT = {
    "run",
    "flow",
    "organisation",
    "outcome",
    "receipt",
    "finding",
    "evidence",
    "steps",
    "signing",
    "alarms",
    "drifts",
    "faults",
}


def test_onboards_and_uploads_and_the_portal_agrees(world, own_home, round_number):
    """An organisation is taken on, its dossier accepted; the numbers are the portal's own, books and evidence tell the run."""
    home = {"VSS_ROBOT_HOME": own_home}
    before = world.truth()
    onboarded = world.robot("run", "onboard", "--org", "thai-son", "--json", **home)
    assert onboarded.exit_code == 0, onboarded.talk
    assert onboarded.said.keys() == OBJECT
    tax_code = world.organisation("thai-son").tax_code
    registered = [row for row in world.truth()["registrations"][len(before["registrations"]) :] if row["tax_code"] == tax_code]
    assert [(onboarded.said["receipt"]["number"], "activated")] == [(row["number"], row["state"]) for row in registered]
    assert onboarded.said["finding"] is None
    _books_and_evidence_tell(world, onboarded.said["run"], home)

    dossier = str(world.dossier("thai-son"))
    submit = ("run", "submit", "--org", "thai-son", "--dossier", dossier, "--round", round_number, "--json")
    submitted = world.robot(*submit, **home)
    assert submitted.exit_code == 0, submitted.talk
    mine = [row for row in world.truth()["dossiers"][len(before["dossiers"]) :] if row["tax_code"] == tax_code]
    assert [("accepted", submitted.said["receipt"]["number"])] == [(row["outcome"], row["number"]) for row in mine]
    assert "the-receipt" in pictures(submitted.said)[-1].name

    again = world.robot(*submit, **home)
    assert (0, submitted.said["receipt"]["number"]) == (again.exit_code, again.said["receipt"]["number"])
    assert [row["times"] for row in world.truth()["acceptances"] if row["numbers"] == submitted.said["receipt"]["number"]] == [1]
    assert not notes(again.said, "network"), "a dossier that was taken before is told from the books, without a browser"


def _books_and_evidence_tell(world, run, home):
    """`runs` and `show` name the run, its steps, its effects and its files."""
    newest = json.loads(world.robot("runs", "--org", "thai-son", "--flow", "onboard", "--json", **home).out)[0]
    assert newest["id"] == run
    shown = json.loads(world.robot("show", run, "--json", **home).out)
    assert (shown["flow"], shown["outcome"]) == ("onboard", "done")
    assert "log in" in [step["name"] for step in shown["steps"]]
    assert [("activation", "confirmed")] == [(effect["kind"], effect["state"]) for effect in shown["effects"]][-1:]
    assert {"run.json", "mails.jsonl"} <= set(shown["files"])
    said = world.robot("show", run, **home).out
    assert "đăng nhập" in said
    assert run in said


@pytest.mark.long
def test_another_file_of_the_same_matter_is_refused(world, account, round_number, tmp_path):
    """The same unit, procedure, period and round with other bytes is not sent: it would be an amendment."""
    account("kim-lien")
    first = world.dossier("kim-lien")
    assert world.robot("run", "submit", "--org", "kim-lien", "--dossier", str(first), "--round", round_number).exit_code == 0
    other = tmp_path / "khác.xml"
    other.write_bytes(first.read_bytes() + b"\n")
    ran = world.robot("run", "submit", "--org", "kim-lien", "--dossier", str(other), "--round", round_number, "--json")
    assert (ran.exit_code, ran.said["outcome"]) == (2, "usage"), ran.talk
    assert not notes(ran.said, "network")


@pytest.mark.long
def test_a_certificate_that_has_expired_is_refused_in_the_portals_words(world):
    """What the portal says no to is a refusal, exit code 10, with its words; nothing is tried again."""
    ran = world.robot("run", "register", "--org", "bach-dang", "--json")
    assert (ran.exit_code, ran.said["outcome"]) == (10, "refused"), ran.talk
    assert "hết hạn" in ran.talk


@pytest.mark.long
def test_a_branch_and_a_certificate_of_two_names_are_read_as_x509(world):
    """A branch's tax code, and a certificate that names a person beside the organisation, register like any other."""
    for key in ("an-phu", "truong-son"):
        ran = world.robot("run", "register", "--org", key, "--json")
        assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk

"""A page that has changed since the portal map was made: what a flow does about it, and what it never does."""

import json

import pytest

from tests.browser.conftest import notes

KEY = "an-phu"
SIGNING = "/static/signing.js"


@pytest.fixture
def changed(world, faults):
    """Changes one page of the portal, on the line of one organisation."""

    def change(at: str, old: str, new: str) -> None:
        faults.set("page-changed", world.organisation(KEY).tax_code, at=at, old=old, new=new)

    return change


def registered(world) -> int:
    tax_code = world.organisation(KEY).tax_code
    return len([row for row in world.truth()["registrations"] if row["tax_code"] == tax_code])


@pytest.mark.long
def test_a_button_that_sends_and_was_renamed_is_a_persons_question_first(world, own_home, changed):
    """Nothing is sent until somebody has said yes; the next start goes by that, and tells the drift all the same."""
    home = {"VSS_ROBOT_HOME": own_home}
    changed(SIGNING, '"Xác nhận"', '"Ký số"')
    before = registered(world)
    ran = world.robot_at(KEY, "run", "register", "--org", KEY, "--json", **home)
    assert (ran.exit_code, ran.said["outcome"], registered(world)) == (14, "waiting", before), ran.talk
    assert [("certificates", "confirm", "fallback")] == [
        (drift["page"], drift["element"], drift["kind"]) for drift in ran.said["drifts"]
    ]
    assert ran.said["drifts"] == [{key: note[key] for key in ran.said["drifts"][0]} for note in notes(ran.said, "drift")]
    assert "Ký số" in ran.talk
    (question,) = json.loads(world.robot_at(KEY, "questions", "--json", **home).out)
    assert ("consent", ["yes", "no"]) == (question["kind"], question["choices"])
    assert question["picture"].endswith(".png")
    shown = json.loads(world.robot_at(KEY, "show", ran.said["run"], "--json", **home).out)
    assert [] == shown["effects"]

    assert world.robot_at(KEY, "answer", str(question["id"]), "yes", **home).exit_code == 0
    again = world.robot_at(KEY, "run", "register", "--org", KEY, "--json", **home)
    assert (again.exit_code, registered(world)) == (0, before + 1), again.talk
    assert ["confirm"] == [drift["element"] for drift in again.said["drifts"]]


def test_a_field_that_is_gone_is_named_and_nothing_is_sent(world, own_home, changed):
    """No way finds it: the run ends with the name that the map has for it."""
    enabled = 'form.querySelector("[type=submit]").disabled = false;'
    changed("/static/form.js", enabled, 'document.getElementById("Email").remove();')
    before = registered(world)
    variables = {"VSS_ROBOT_HOME": own_home, "VSS_ROBOT_TIMERS__PAGE_S": "2"}
    ran = world.robot_at(KEY, "run", "register", "--org", KEY, "--json", **variables)
    assert (ran.exit_code, registered(world)) == (12, before), ran.talk
    assert "email (control Email)" in ran.talk


def test_a_wrong_map_is_told_before_anything_is_started(world, own_home, tmp_path):
    """Every fault of the operator's own file in a line, exit code 2."""
    own = tmp_path / "map.toml"
    own.write_text('login.elements.pasword.kind = "text"\nupload.pth = "x"\n', encoding="utf-8")
    variables = {"VSS_ROBOT_HOME": own_home, "VSS_ROBOT_PORTAL__MAP": str(own)}
    ran = world.robot("run", "register", "--org", KEY, "--json", **variables)
    assert (ran.exit_code, ran.said["run"]) == (2, None), ran.talk
    assert f"{own}: login.elements.pasword: " in ran.talk


def night(world, home: str) -> dict:
    """One dossier planned, and a night that looks at the pages first; the balance."""
    variables = {"VSS_ROBOT_HOME": home, "VSS_ROBOT_NIGHTLY__CHECK_MAP": "true"}
    dossier = str(world.dossier(KEY))
    assert world.robot_at(KEY, "queue", "add", "--org", KEY, "--round", "77", dossier, **variables).exit_code == 0
    ran = world.robot_at(KEY, "nightly", "--org", KEY, "--json", **variables)
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert {"planned": 1, "not_started": 1, "intents": 0}.items() <= told[-1].items(), ran.talk + ran.out
    assert ran.exit_code == 15
    return {event["event"]: event for event in told}


@pytest.mark.long
def test_a_receipt_that_stays_is_not_taken_for_the_next_ones(world, settled_home, changed, faults, accepted):
    """A page that keeps the receipt of one dossier while the next is chosen is loaded anew; each gets its own number.

    The portal takes its time, so that the old receipt would be read before the new one is there.
    """
    faults.set("portal-slow", world.organisation(KEY).tax_code, seconds=1)
    changed("/static/upload.js", "async function choose() {\n  receipt.hidden = true;", "async function choose() {")
    variables = {"VSS_ROBOT_HOME": settled_home(KEY), "VSS_ROBOT_NIGHTLY__TABS": "1"}
    dossiers = [str(world.dossier(KEY)), str(world.dossier(KEY, "BHXHDienTu-full.xml"))]
    added = world.robot_at(KEY, "queue", "add", "--org", KEY, "--round", "78", *dossiers, **variables)
    assert added.exit_code == 0, added.talk
    ran = world.robot_at(KEY, "nightly", "--org", KEY, "--json", **variables)
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert {"planned": 2, "accepted": 2}.items() <= told[-1].items(), ran.talk + ran.out
    numbers = [event["number"] for event in told if event["event"] == "ended"]
    assert sorted(accepted(KEY, "78")) == sorted(numbers)


@pytest.mark.long
def test_a_night_begins_nothing_where_the_log_in_has_changed(world, own_home, changed):
    """The first look ends it before anybody is asked for a captcha, and says which name it was."""
    changed("/dang-nhap", 'formcontrolname="password"', 'formcontrolname="matKhau"')
    told = night(world, own_home)
    assert (True, "map") == (told["map"]["drifted"], told["balance"]["stopped"])
    assert "login.password (fallback)" in told["map"]["said"]
    assert "waiting" not in told


@pytest.mark.long
def test_a_night_sends_nothing_where_the_upload_page_has_changed(world, settled_home, changed):
    """The page is behind the log-in: the session looks at it first, ends, and has taken no dossier."""
    home = settled_home(KEY)
    changed("/ho-so/nop", 'type="submit"', 'type="submit" hidden aria-label="Gửi"')
    told = night(world, home)
    assert False is told["map"]["drifted"]
    assert "upload.ask (fallback)" in told["over"]["said"]
    assert "begun" not in told

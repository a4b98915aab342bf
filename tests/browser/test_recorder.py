"""A run is recorded: the recording tells it whole, and none of its secrets."""

from fixtures.token import pin_path
from fixtures.world.passwords import open_world_vault, password_name
from robot.recording.harmless import persons
from robot.recording.reading import load
from robot.recording.safety import search

ORG = "truong-son"  # no other test of the ordinary run has letters sent to it, which would be recorded too


def test_a_recording_tells_the_run_and_none_of_its_secrets(world, account, round_number, tmp_path):
    """PIN, password, mail password, personal numbers and salaries are in no file of it, unpacked; the run itself is done."""
    account(ORG)
    folder, dossier = tmp_path / "bản ghi", world.dossier(ORG)
    given = ("--org", ORG, "--dossier", str(dossier), "--round", round_number, "--record", str(folder), "--json")
    settings = {"VSS_ROBOT_SETTINGS": str(world.layout.settings_pkcs11), "VSS_ROBOT_TIMERS__VERDICT_S": "60"}
    vault = open_world_vault(world.layout)
    ran = world.robot("run", "submit", *given, **settings)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk

    loaded = load(folder)
    recording = loaded.recording
    assert (recording.flow, recording.outcome.receipt["number"]) == ("submit", ran.said["receipt"]["number"])
    assert [step.name for step in recording.steps] == list(ran.said["steps"])
    assert [step.effects for step in recording.steps if step.effects] == [("submission",)]
    assert [mail.sender for mail in recording.mails] == ["no-reply@baohiemxahoi.gov.vn"]
    (upload,) = [each for each in loaded.exchanges if each.endpoint == "POST /api/ho-so"]
    sent = {part.name: part.value for part in upload.posted.parts}
    kept = {"file": "{FILE:dossier}", "certificate": "{TOKEN:certificate}", "signature": "{TOKEN:signature}"}
    assert kept.items() <= sent.items()
    assert [frame.message["cert"] for frame in loaded.frames if frame.kind == "SIGN"] == ["{TOKEN:certificate}"]

    secrets = {
        vault.get(f"portal/{ORG}").split("\n")[1]: "password",
        vault.get(password_name(ORG)): "mail password",
        pin_path(world.layout.directory, world.organisation(ORG)).read_text(encoding="utf-8").strip(): "PIN",
    }
    people = dict(reversed(each) for each in persons(dossier.read_bytes()))
    assert {"Hoten", "Masobhxh", "tienLuong"} <= set(people.values())
    assert search(folder, secrets | people) == []


def test_a_folder_that_is_taken_starts_nothing(world, tmp_path):
    """Exit code 2 before anything is started; what lies there stays."""
    (tmp_path / "của tôi.txt").write_text("x", encoding="utf-8")
    ran = world.robot("run", "register", "--org", ORG, "--record", str(tmp_path), "--json")
    assert (ran.exit_code, ran.said["outcome"], ran.said["run"]) == (2, "usage", None), ran.talk
    assert [file.name for file in tmp_path.iterdir()] == ["của tôi.txt"]

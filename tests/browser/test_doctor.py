"""The doctor against the world: nothing found where nothing is wrong, the remedy applied where it is safe."""

import json


def test_a_healthy_desk_has_no_finding(world):
    """All links but the dialog, which only a run asks for, are looked at and hold; nothing is changed at the portal."""
    before = _sent(world)
    ran = world.robot_at("kim-lien", "doctor", "--org", "kim-lien", "--json")
    assert (ran.exit_code, ran.said["finding"]) == (0, None), ran.out
    links = [probe["link"] for probe in ran.said["probes"] if probe["state"] == "ok"]
    assert {"portal", "clock", "page", "extension", "worker", "host", "driver", "token", "certificate", "form"} <= set(links)
    assert before == _sent(world)


def test_a_missing_manifest_is_named_and_written_again(world, tmp_path):
    """Without --fix the finding and its remedy, and 11; with it the manifest is written, looked at again, and in order."""
    (tmp_path / "home").mkdir()
    variables = {"VSS_ROBOT_HOME": str(tmp_path / "home"), "VSS_ROBOT_SIGNING__WRITE_MANIFEST": "false"}
    ran = world.robot("doctor", "--org", "kim-lien", "--json", **variables)
    assert (ran.exit_code, ran.said["finding"]["code"]) == (11, "manifest_missing"), ran.out
    mended = world.robot("doctor", "--org", "kim-lien", "--json", "--fix", **variables)
    assert (mended.exit_code, mended.said["finding"]) == (0, None), mended.out
    assert [fix["code"] for fix in mended.said["applied"]] == ["manifest_missing"]
    written = list((tmp_path / "home").rglob("NativeMessagingHosts/*.json"))
    assert [json.loads(file.read_text(encoding="utf-8"))["type"] for file in written] == ["stdio"]


def _sent(world) -> dict:
    """What the portal holds of anybody's: a page that is opened brings a captcha with it, which is nobody's."""
    return {name: rows for name, rows in world.truth().items() if name in {"registrations", "accounts", "dossiers"}}

"""The portal map against the stand-in portal's pages, by the real command: nobody there, and pages that have changed."""

import json
from pathlib import Path

import pytest

KEY = "kim-lien"


@pytest.mark.long
def test_the_pages_are_as_the_map_says_after_a_log_in_too(world, account):
    """Every page of the map is seen, no difference; the log-in is a run of its own in the books."""
    account(KEY)
    ran = world.robot("calibrate", "--check", "--org", KEY, "--json")
    assert ran.exit_code == 0, ran.talk + ran.out
    assert {"registration", "login", "activation", "upload", "lookup"} == {page["page"] for page in ran.said["pages"]}
    assert [(False, "seen")] * 5 == [(page["drifted"], page["state"]) for page in ran.said["pages"]], ran.out
    assert json.loads((Path(ran.said["evidence"]) / "map.json").read_text(encoding="utf-8"))["pages"] == ran.said["pages"]
    shown = json.loads(world.robot("show", ran.said["run"], "--json").out)
    assert ("calibrate", "done", []) == (shown["flow"], shown["outcome"], shown["effects"])


def test_a_changed_page_is_told_by_names_and_by_an_exit_code(world, own_home, faults):
    """15 where a flow touches it; a picture of the page is kept, and pages behind the log-in are said to be not looked at."""
    faults.set("page-changed", world.organisation(KEY).tax_code, at="/dang-nhap", old='"username"', new='"taiKhoan"')
    home = {"VSS_ROBOT_HOME": own_home}
    ran = world.robot_at(KEY, "calibrate", "--check", "--page", "login", "--page", "upload", **home)
    assert ran.exit_code == 15, ran.talk + ran.out
    assert 'user_name: KHÔNG tìm được bằng cách thứ nhất, mà bằng textbox "Tài khoản"' in ran.out
    assert "upload: chưa xem" in ran.out
    assert 1 == len(list(Path(own_home).glob("evidence/map-*/screenshots/*.png")))


def test_what_cannot_be_done_is_said_before_a_browser_starts(world, own_home):
    """No such page, and nobody at a terminal to be asked."""
    home = {"VSS_ROBOT_HOME": own_home}
    wrong = world.robot("calibrate", "--check", "--page", "logn", **home)
    assert (2, True) == (wrong.exit_code, "login" in wrong.talk)
    assert 2 == world.robot("calibrate", **home).exit_code
    assert not (Path(own_home) / "profiles").exists()

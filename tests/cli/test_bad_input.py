"""Wrong commands, settings and files: one clear sentence, exit code 2, nothing started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.world.robot import robot_command

ORGANISATION = """
[organisations.cong-ty]
name = "CÔNG TY THỬ"
tax_code = "9909000010"
unit_code = "TZ0001A"
province = "Hà Nội"
agency_name = "BHXH"
agency_code = "00101"
email = "a@thu.example"
contact = "A"
address = "B"
"""
MANY_MB = 200


@pytest.fixture
def home(tmp_path) -> Path:
    (tmp_path / "robot.toml").write_text('language = "en"\n' + ORGANISATION, encoding="utf-8")
    return tmp_path


def _robot(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    environment |= {"VSS_ROBOT_LANGUAGE": "en"} | variables
    command = [*robot_command(), *arguments]
    return subprocess.run(
        command, cwd=home, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _refused(home: Path, *arguments: str, **variables: str) -> str:
    """The sentence with which a command is refused; checks that nothing was started and no traceback was shown."""
    ran = _robot(home, *arguments, **variables)
    assert ran.returncode == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(home.glob("evidence/*"))
    assert not (home / "profiles").exists()
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, ran.stderr
    return lines[0]


def test_an_unknown_flow_names_the_known_ones(home):
    """The sentence names what was typed and what there is."""
    said = _refused(home, "run", "regsiter", "--org", "cong-ty")
    assert "regsiter" in said
    assert "register" in said


def test_an_unknown_organisation_names_the_nearest(home):
    """The sentence names the nearest organisation."""
    assert "cong-ty" in _refused(home, "run", "register", "--org", "cong-t")


def test_a_misspelt_setting_names_file_key_and_nearest(home):
    """File, key and the nearest known key stand in the sentence."""
    (home / "robot.toml").write_text('[portal]\nadress = "https://x.example"\n', encoding="utf-8")
    said = _refused(home, "run", "register", "--org", "cong-ty")
    assert "robot.toml" in said
    assert "portal.adress" in said
    assert "portal.address" in said


def test_a_missing_setting_is_named(home):
    """A required key that is not there is named with its file."""
    text = (home / "robot.toml").read_text(encoding="utf-8").replace('contact = "A"\n', "")
    (home / "robot.toml").write_text(text, encoding="utf-8")
    assert "organisations.cong-ty.contact" in _refused(home, "run", "register", "--org", "cong-ty")


def test_a_wrong_check_digit_is_told(home):
    """A tax code whose check digit does not fit never starts a run."""
    text = (home / "robot.toml").read_text(encoding="utf-8").replace("9909000010", "9909000011")
    (home / "robot.toml").write_text(text, encoding="utf-8")
    said = _refused(home, "run", "register", "--org", "cong-ty")
    assert "organisations.cong-ty.tax_code" in said
    assert "check digit" in said


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("missing.xml", None, "no such"),
        ("empty.xml", b"", "empty"),
        ("text.xml", "không phải XML".encode(), "not a dossier"),
        ("other.xml", b"<a/>", "not a dossier"),
    ],
)
def test_a_file_that_is_no_dossier_is_refused(home, name, content, word):
    """Missing, empty, not XML, some other XML."""
    if content is not None:
        (home / name).write_bytes(content)
    said = _refused(home, "run", "submit", "--org", "cong-ty", "--dossier", name)
    assert name in said
    assert word in said


def test_a_file_of_200_mb_is_refused_unread(home):
    """A file that large is refused by its size alone (here a hole on the disk, which reading would fill the memory with)."""
    with (home / "large.xml").open("wb") as file:
        file.truncate(MANY_MB * 1024 * 1024)
    assert "200" in _refused(home, "run", "submit", "--org", "cong-ty", "--dossier", "large.xml")


def test_a_parameter_that_a_flow_needs_or_does_not_use_is_told(home):
    """`submit` needs a dossier, `register` has no use for a round."""
    assert "--dossier" in _refused(home, "run", "submit", "--org", "cong-ty")
    assert "--round" in _refused(home, "run", "register", "--org", "cong-ty", "--round", "2")


def test_no_settings_at_all(tmp_path):
    """Without any settings file the sentence says how to make one."""
    ran = _robot(tmp_path, "run", "register", "--org", "x", XDG_CONFIG_HOME=str(tmp_path))
    assert (ran.returncode, len(ran.stderr.strip().splitlines())) == (2, 1)
    assert "vss-robot init" in ran.stderr


def test_a_browser_that_is_not_there_is_a_sentence(home):
    """The settings name a browser that does not exist."""
    ran = _robot(home, "run", "register", "--org", "cong-ty", "--json", VSS_ROBOT_BROWSER__EXECUTABLE="/nowhere/chrome")
    assert ran.returncode == 2
    assert "/nowhere/chrome" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert json.loads(ran.stdout)["outcome"] == "usage"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_a_window_without_a_screen_is_a_sentence(home):
    """--headed on a machine without a screen says so, and starts no browser."""
    ran = _robot(home, "run", "register", "--org", "cong-ty", "--headed", DISPLAY="", WAYLAND_DISPLAY="")
    assert ran.returncode == 2, ran.stderr
    assert "--headed" in ran.stderr
    assert not (home / "profiles").exists()


def test_refused_commands_print_one_object_too(home):
    """`--json` prints exactly one object even where nothing was started."""
    ran = _robot(home, "run", "register", "--org", "nobody", "--json")
    said = json.loads(ran.stdout)
    assert (said["outcome"], said["run"], said["evidence"]) == ("usage", None, None)

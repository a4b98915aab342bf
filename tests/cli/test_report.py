"""`vss-robot report`: one file of a run or of a date's nights, on paper too; a wrong command leaves everything as it is."""

import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from fixtures.world.robot import robot_command
from robot.cli.report import Wanted, write_report
from robot.errors import UsageError
from tests.doubles.reported import BEGUN, Reported
from tests.doubles.reported_night import night

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A robot's settings and its newest run, which has failed; before it two nights of one date and one of the next."""
    reported = Reported.at(tmp_path_factory.mktemp("nhà"))
    run = reported.failed()
    night(reported, 3, BEGUN - DAY)
    night(reported, 0, BEGUN - DAY + timedelta(hours=2))
    night(reported, 0, BEGUN - DAY + timedelta(hours=4))
    reported.ledger.close()
    return reported.file, run


def _report(home, place, *arguments, **variables):
    """The command, run in the folder `place`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    command = [*robot_command(), "report", *arguments, "--settings", str(home[0])]
    return subprocess.run(
        command, cwd=place, env=environment | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_a_run_is_one_file_that_opens(home, tmp_path):
    """Named after the run, for its owner only, its path alone on stdout; the machine's own browser is given its address."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(0o700)
    said = _report(home, tmp_path, "last", "--open", BROWSER=f"{browser} %s")
    file = tmp_path / f"vss-{home[1]}.html"
    assert (said.returncode, said.stdout, said.stderr) == (0, f"{file}\n", "")
    assert (tmp_path / "opened").read_text() == file.as_uri()
    assert file.stat().st_mode & 0o077 == 0
    assert "Khung chọn chữ ký số không hiện ra" in file.read_text(encoding="utf-8")


def test_made_again_it_takes_its_own_place(home, tmp_path):
    """Where no browser can be opened that is said, and the file is there."""
    file = tmp_path / f"vss-{home[1]}.html"
    file.write_text("older", encoding="utf-8")
    said = _report(home, tmp_path, home[1], "--open", BROWSER="/nowhere/browser %s", PATH="/nowhere", DISPLAY="")
    assert (said.returncode, said.stdout) == (0, f"{file}\n")
    assert "tự mở tệp" in said.stderr
    assert "Khung chọn chữ ký số không hiện ra" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "expected"), [("21/11/2026", ["n1", "n2"]), ("2026-11-22", ["n3"]), ("1", ["n1"]), ("last", ["n3"])]
)
def test_a_date_is_its_nights(home, tmp_path, capsys, name, expected):
    """A date is Vietnam's, each night that began on it stands on the page; a number and `last` are one night."""
    write_report(Wanted(None, name, tmp_path / "night.html", pdf=False, open_it=False), home[0], None)
    html = Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8")
    assert expected == re.findall(r'id="(n\d)-verdict"', html)


@pytest.mark.parametrize(
    ("run", "night_", "out", "key"),
    [
        (None, None, None, "report_which"),
        ("last", "1", None, "report_which"),
        ("no-such-run", None, None, "run_unknown"),
        (None, "99", None, "night_unknown"),
        (None, "31/02/2026", None, "night_unknown"),
        (None, "01/01/2020", None, "night_unknown"),
        ("last", None, "mine.html", "file_exists"),
        ("last", None, "nowhere/x.html", "file_unwritable"),
        ("last", None, "mine.html/x.html", "file_unwritable"),
    ],
)
def test_a_wrong_command_leaves_everything_as_it_is(home, tmp_path, monkeypatch, run, night_, out, key):
    """A sentence that names what is wrong, no half a file; a file that exists is nobody's to overwrite."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.html").write_bytes(b"mine")
    with pytest.raises(UsageError) as wrong:
        write_report(Wanted(run, night_, Path(out) if out else None, pdf=False, open_it=False), home[0], None)
    assert f"errors.{key}" == wrong.value.text.key
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("mine.html", b"mine")]


def test_on_paper(home, tmp_path):
    """A PDF by the browser of the settings, tagged for screen readers, its pictures in it; nothing else is left behind."""
    said = _report(home, tmp_path, "last", "--pdf")
    assert said.returncode == 0, said.stderr
    (file,) = tmp_path.iterdir()
    assert file.name == f"vss-{home[1]}.pdf"
    pdf = file.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf
    assert b"/Outlines" in pdf
    assert pdf.count(b"/Subtype /Image") >= 3
    assert not list(home[0].parent.glob("temporary/*"))


@pytest.mark.long  # a whole start of the robot for one sentence
def test_a_browser_that_is_not_there_is_said(home, tmp_path):
    """No traceback, nothing written."""
    said = _report(home, tmp_path, "last", "--pdf", VSS_ROBOT_BROWSER__EXECUTABLE="/nowhere/chrome")
    assert (said.returncode, said.stdout) == (2, ""), said.stderr
    assert "/nowhere/chrome" in said.stderr
    assert list(tmp_path.iterdir()) == []

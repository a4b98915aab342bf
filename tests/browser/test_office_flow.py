"""An office's own flows, installed as a package of its own and found by entry point: the example of the guide `flows`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.portal import clock
from fixtures.portal.truth import Truth
from fixtures.world.layout import CHECKOUT
from tests.browser.conftest import notes

KEY = "thai-son"
PERIOD, OTHER = "08/2025", "07/2025"
ROUNDS = range(91, 94)  # of no other test: see `round_number`


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> dict[str, str]:
    """The example office's package, built by its own back-end and installed without a network; what makes commands find it."""
    target = tmp_path_factory.mktemp("office") / "site"
    offline = ("--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check", "--quiet")
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", str(target), str(CHECKOUT / "fixtures" / "office")]
    subprocess.run(command, check=True, timeout=120)
    return {"PYTHONPATH": os.pathsep.join([str(target), str(CHECKOUT)])}


@pytest.fixture
def sent(world) -> list[str]:
    """Two dossiers of one period and one of another, taken by the portal long ago; the numbers of the two."""
    organisation = world.organisation(KEY)
    numbers = [f"{80_000 + place}/2025/{organisation.agency_code}" for place in ROUNDS]
    with Truth(world.layout.truth).write() as db:
        for place, number, period in zip(ROUNDS, numbers, (PERIOD, PERIOD, OTHER), strict=True):
            row = (clock.stamp(), organisation.tax_code, organisation.unit_code, period, f"{place:02d}", number)
            db.execute(
                "INSERT INTO dossiers (attempted_at, tax_code, unit_code, procedure, procedure_name, period, round, file_name,"
                " size, sha256, outcome, number) VALUES (?, ?, ?, '600', 'Báo tăng', ?, ?, 'D.xml', 1, '', 'accepted', ?)",
                row,
            )
            status = "Từ chối" if place == ROUNDS[0] else "Đã giải quyết"
            db.execute("INSERT INTO history (number, at, status, note) VALUES (?, ?, ?, '')", (number, row[0], status))
    return numbers[:2]


def _flow(world, installed, name, *options):
    return world.robot("run", name, "--org", KEY, *options, "--json", **installed)


def test_the_flows_of_an_office_are_listed_beside_ours(world, installed):
    """Without a word of ours about them."""
    listed = json.loads(world.robot("flows", "--json", **installed).out)
    assert {"office-statuses", "office-certificate", "submit"} < {flow["flow"] for flow in listed}


def test_statuses_of_a_period_are_read_and_nothing_is_sent(world, account, installed, sent):
    """The rows of that period alone, said and kept, by the office's own page of the portal map."""
    account(KEY)
    before = world.truth()
    ran = _flow(world, installed, "office-statuses", "--with", f"period={PERIOD}")
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert ran.said["receipt"] == {"kind": "statuses", "number": "2", "at": PERIOD}
    kept = {note["number"]: note["status"] for note in notes(ran.said, "flow-statuses")}
    assert kept == dict(zip(sent, ("Từ chối", "Đã giải quyết"), strict=True))
    assert all(number in ran.talk for number in sent)
    assert ("đọc danh sách hồ sơ đã nộp của kỳ" in ran.said["steps"], ran.said["drifts"]) == (True, [])
    assert [world.truth()[table] for table in ("dossiers", "registrations")] == [before["dossiers"], before["registrations"]]


def test_what_the_flow_refuses_is_said_in_its_own_words(world, installed):
    """With the exit code of what a person has typed wrongly."""
    ran = _flow(world, installed, "office-statuses", "--with", "period=2025")
    assert (ran.exit_code, "2025: kỳ kê khai phải có dạng MM/YYYY" in ran.talk) == (2, True), ran.talk


@pytest.mark.long
def test_the_form_is_asked_for_and_left_alone(world, installed, own_home):
    """The certificate is offered, nothing is signed, and the portal knows of nothing."""
    before = world.truth()["registrations"]
    ran = _flow(world, {**installed, "VSS_ROBOT_HOME": own_home}, "office-certificate")
    assert (ran.exit_code, ran.said["receipt"]["number"]) == (0, world.organisation(KEY).tax_code), ran.talk
    assert (ran.said["alarms"], world.truth()["registrations"]) == ([], before)
    assert json.loads(world.robot("signatures", "--run", ran.said["run"], "--json", VSS_ROBOT_HOME=own_home).out) == []


def test_the_guide_tells_of_every_file_of_the_example():
    """Whoever copies the guide has the whole package."""
    folder = CHECKOUT / "fixtures" / "office"
    files = [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    guide = (CHECKOUT / "robot" / "guides" / "en" / "flows.md").read_text(encoding="utf-8")
    told = {file: f"<!-- begin file {Path(file).relative_to(CHECKOUT).as_posix()} -->" in guide for file in files}
    assert all(told.values()), [str(file) for file, there in told.items() if not there]

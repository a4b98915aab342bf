"""After the receipt: the portal judges the structure and mails its verdict; the robot names the field, and files anew."""

import datetime as dt
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from lxml import etree

from fixtures.dossiers import Plan, make_people, seal
from fixtures.dossiers.container import make_files
from fixtures.dossiers.sealing import sealed
from fixtures.token import open_signer
from tests.waiting import until

ORG = "thai-son"
PERIOD = "05/2026"


@pytest.fixture
def dossier(world, tmp_path):
    """A dossier of its own: `change` is made to its D02-TS before it is signed."""

    def make(name="BHXHDienTu.xml", change=None):
        organisation = world.organisation(ORG)
        plan = Plan(organisation, PERIOD, make_people(3, seed=5), dt.date(2026, 5, 20))
        with open_signer(world.layout.directory, organisation) as key:
            first, *rest = make_files(plan, key)
            root = etree.fromstring(b64decode(first.content))
            root.remove(root.find("Cky"))
            if change is not None:
                change(root)
            files = [replace(first, content=b64encode(sealed(root, "Cky", key)).decode()), *rest]
            file = tmp_path / name
            file.write_bytes(seal(plan, files, key))
        return file

    return make


def _wrong_code(root):
    """A personal code with a letter in it, in the second row."""
    root.find("DanhSach/LaoDong[2]/Masobhxh").text = "99A1234567"


def _no_position(root):
    """The first row without what the person does."""
    root.find("DanhSach/LaoDong[1]/chucVu").text = ""


def _told(fault):
    return fault["form"], fault["row"], fault["field"], fault["severity"]


def _submit(world, file, round_number, **variables):
    arguments = ("run", "submit", "--org", ORG, "--dossier", str(file), "--round", round_number, "--json")
    return world.robot(*arguments, **variables)


def _mailed(world, number, count=1):
    """Wait until that many mails about what was sent under a number have left the portal."""
    until(
        lambda: (
            len([row for row in world.truth()["verdict_mails"] if row["number"] == number and row["state"] == "sent"]) == count
        ),
        f"{count} verdict mails about {number}",
    )


def _verdicts(world):
    ran = world.robot("verdicts", "--org", ORG, "--json")
    assert ran.exit_code == 0, ran.talk
    return ran.said


def _shown(world, run):
    ran = world.robot("show", run, "--json")
    assert ran.exit_code == 0, ran.talk
    return ran.said


@pytest.mark.timeout(300)  # three runs with a browser, and the world comes up within it
def test_a_wrong_field_is_refused_named_corrected_and_accepted_once(world, faults, account, dossier, round_number):
    """Refused by verdict with form, row and field; the same bytes stay out; the corrected file is attempt 2 and accepted once."""
    del faults
    account(ORG)
    bad = dossier("hồ sơ sai.xml", _wrong_code)
    first = _submit(world, bad, round_number, VSS_ROBOT_TIMERS__VERDICT_S="60")
    assert (first.exit_code, first.said["outcome"]) == (10, "refused"), first.talk
    assert "D02-TS 2 Masobhxh" in first.talk
    run = first.said["run"]
    (verdict,) = _shown(world, run)["verdicts"]
    assert [("D02-TS", 2, "Masobhxh")] == [(fault["form"], fault["row"], fault["field"]) for fault in verdict["faults"]]
    assert verdict["faults"] == first.said["faults"] == _shown(world, run)["faults"]
    assert "99A1234567" not in str(verdict)
    assert "dòng 2" in world.robot("show", run).out

    same = world.robot("resubmit", str(bad), "--for", run)
    assert same.exit_code == 2, same.talk
    assert run in same.talk

    still = world.robot("resubmit", str(dossier("còn sai.xml", _no_position)), "--for", run, "--json")
    assert (still.exit_code, still.said["outcome"], still.said["run"], still.said["organisation"]) == (2, "usage", None, ORG)
    assert ("D02-TS", 1, "chucVu", "error") in [_told(fault) for fault in still.said["faults"]]

    good = dossier("BHXHDienTu.xml")
    second = world.robot("resubmit", str(good), "--for", run, "--json", VSS_ROBOT_TIMERS__VERDICT_S="60")
    assert (second.exit_code, second.said["outcome"], second.said["corrects"]) == (0, "done", run), second.talk
    assert [("D02-TS", 2, "Masobhxh")] == [(each["form"], each["row"], each["field"]) for each in second.said["changes"]]
    (effect,) = _shown(world, second.said["run"])["effects"]
    assert (effect["attempt"], effect["state"]) == (2, "confirmed")

    truth, matter = world.truth(), (world.organisation(ORG).unit_code, PERIOD, int(round_number))
    tried, counted = (
        [row for row in truth[table] if (row["unit_code"], row["period"], int(row["round"])) == matter]
        for table in ("dossiers", "acceptances")
    )
    assert [row["verdict"] for row in tried] == ["invalid", "valid"]
    assert [(1, second.said["receipt"]["number"])] == [(row["times"], row["numbers"]) for row in counted]


@pytest.mark.long
def test_verdicts_are_fetched_later_each_once_and_only_about_ones_own(world, faults, account, dossier, round_number):
    """A run that did not wait is done; later its verdict makes it refused. A foreign verdict is shown and touches nothing."""
    account(ORG)
    tax_code = world.organisation(ORG).tax_code
    faults.set("verdict-other-dossier", tax_code)
    faults.set("verdict-twice", tax_code)
    ran = _submit(world, dossier(change=_wrong_code), round_number)
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    number = ran.said["receipt"]["number"]
    _mailed(world, number, 3)
    until(lambda: len(_known(world, ran)) == 2, "both true verdicts in the mailbox")
    assert {"invalid"} == {verdict["outcome"] for verdict in _known(world, ran)}
    shown = _shown(world, ran.said["run"])
    assert ("refused", ["refused"]) == (shown["outcome"], [effect["state"] for effect in shown["effects"]])
    assert _verdicts(world) == []


@pytest.mark.long
def test_a_verdict_that_never_comes_leaves_the_receipt(world, faults, account, dossier, round_number):
    """The run waits as long as it was told, says so, and ends as done: the portal has taken the dossier."""
    account(ORG)
    faults.set("verdict-never", world.organisation(ORG).tax_code)
    ran = _submit(world, dossier(), round_number, VSS_ROBOT_TIMERS__VERDICT_S="3")
    assert (ran.exit_code, ran.said["outcome"]) == (0, "done"), ran.talk
    assert "vss-robot verdicts" in ran.talk


@pytest.mark.long
def test_a_verdict_that_is_not_understood_is_kept_and_changes_nothing(world, faults, account, dossier, round_number):
    """A layout that nobody knows: the person gets the letter's text, the submission stands."""
    account(ORG)
    faults.set("verdict-unreadable", world.organisation(ORG).tax_code)
    ran = _submit(world, dossier(change=_wrong_code), round_number)
    assert ran.exit_code == 0, ran.talk
    _mailed(world, ran.said["receipt"]["number"])
    found = []

    def fetched():
        found.extend(_verdicts(world))
        return found

    until(fetched, "the letter in the mailbox")
    assert ["not_understood"] == [verdict["outcome"] for verdict in found]
    assert "chưa đạt" in found[0]["text"]
    again = world.robot("resubmit", str(dossier("khac.xml")), "--for", ran.said["run"])
    assert again.exit_code == 2, again.talk
    assert [effect["state"] for effect in _shown(world, ran.said["run"])["effects"]] == ["confirmed"]


def _known(world, ran):
    """Fetch, and the verdicts that the books have of a run."""
    _verdicts(world)
    return _shown(world, ran.said["run"])["verdicts"]

"""The outbox: what is put there is claimed, checked and planned once; refused with reasons, archived; nothing is lost."""

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest

from fixtures.organisations import ORGANISATIONS
from robot.drive.outbox import Outbox, archive, take_in


def _files(outbox):
    """All files under the outbox but the reasons, by digest."""
    found = [file for file in outbox.rglob("*") if file.is_file() and file.name not in {"faults.txt", "faults.json"}]
    return sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in found)


def _loose(outbox):
    return [file.name for file in outbox.iterdir() if file.is_file()]


def test_a_whole_dossier_is_claimed_checked_and_planned(office, outbox, document):
    """It lies in a claimed folder of its own, its bytes are the same, and it is planned once however often one looks."""
    (outbox / "BHXHDienTu.xml").write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    assert "planned" == taken.outcome
    (item,) = office.ledger.queue.items()
    assert ("outbox", "planned", "BHXHDienTu.xml") == (item.source, item.state, item.name)
    assert Path(item.file) == taken.file
    assert document() == taken.file.read_bytes()
    assert [] == _loose(outbox)
    assert [] == take_in(office, "hoa-binh")


def test_a_file_that_grows_is_left_until_it_keeps_still(office, outbox, document, monkeypatch):
    """Between two looks a change of size or time starts the wait anew; nothing half copied is taken."""
    clock = [100.0]
    monkeypatch.setattr("robot.drive.outbox.outbox.time.monotonic", lambda: clock[0])
    whole, file, box = document(), outbox / "BHXHDienTu.xml", Outbox(office)
    file.write_bytes(whole[:1000])
    assert box.look(["hoa-binh"]) == pytest.approx(0.05)
    clock[0] += 0.04
    file.write_bytes(whole)
    clock[0] += 0.04
    assert [] == box.take_in("hoa-binh")
    clock[0] += 0.04
    assert [] == box.take_in("hoa-binh")
    clock[0] += 0.04
    assert ["planned"] == [one.outcome for one in box.take_in("hoa-binh")]


@pytest.mark.parametrize("name", ["~$BHXH.xml", "BHXHDienTu.xml.part", ".an.xml", "Thumbs.db", "BHXH.xml.crdownload"])
def test_what_no_person_has_put_there_whole_stays(office, outbox, document, name):
    """Hidden files, and those that a copying program still writes, are not touched."""
    (outbox / name).write_bytes(document())
    assert [] == take_in(office, "hoa-binh")
    assert [name] == _loose(outbox)


def test_a_name_with_its_marks_apart_is_kept_in_one_form(office, outbox, document):
    """A disk may hold letters and marks apart; portal and mails write them composed."""
    name = "Báo tăng tháng 1 – Hoà Bình.xml"
    (outbox / unicodedata.normalize("NFD", name)).write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    assert unicodedata.normalize("NFC", name) == taken.item.name == taken.file.name


def test_a_name_that_is_no_utf8_is_taken_all_the_same(office, outbox, document):
    """A name in an older Vietnamese encoding neither ends the robot nor gets into the books unfit."""
    with open(bytes(outbox) + b"/b\xb8o t\xa8ng.xml", "wb") as opened:  # noqa: PTH123 - a path of bytes
        opened.write(document())
    (taken,) = take_in(office, "hoa-binh")
    assert "planned" == taken.outcome
    assert taken.item.name.encode()


@pytest.mark.parametrize(
    ("place", "round_number"),
    [("BHXHDienTu.xml", 1), ("dot 02/BHXHDienTu.xml", 2), ("Đợt 3/hồ sơ/BHXHDienTu.xml", 3), ("BHXH_dot04.xml", 4)],
)
def test_the_round_is_told_by_the_name_of_file_or_folder(office, outbox, document, place, round_number):
    """The dossier itself does not hold its round; without a word it is the first one."""
    (outbox / place).parent.mkdir(parents=True, exist_ok=True)
    (outbox / place).write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    assert round_number == taken.item.round_number


def test_a_name_with_two_rounds_is_refused(office, outbox, document):
    """Which of them is meant only a person can tell."""
    (outbox / "dot 1 dot 2.xml").write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    assert ("refused", "errors.round_unclear") == (taken.outcome, taken.said.key)


def test_what_is_no_dossier_is_refused_with_the_reason_beside_it(office, outbox):
    """The file lies in the refused folder by its own name; a person and a program can read why."""
    (outbox / "hoá đơn.pdf").write_bytes(b"%PDF-1.7")
    (taken,) = take_in(office, "hoa-binh")
    assert "refused" == taken.outcome
    assert outbox / "refused" in taken.file.parents
    assert "hoá đơn.pdf" in (taken.file.parent / "faults.txt").read_text(encoding="utf-8")
    assert [] == json.loads((taken.file.parent / "faults.json").read_text(encoding="utf-8"))["faults"]
    assert [] == office.ledger.queue.items()


def test_faults_are_listed_by_form_row_and_field(office, outbox, document):
    """A dossier with errors in it is refused before anything is planned, with all its faults."""
    broken = document().replace(b"<KyKeKhai>01/2026</KyKeKhai>", b"<KyKeKhai>01/2026</KyKeKhai> ")  # the seal is broken
    (outbox / "BHXHDienTu.xml").write_bytes(broken)
    (taken,) = take_in(office, "hoa-binh")
    assert ("refused", "errors.dossier_faulty") == (taken.outcome, taken.said.key)
    told = json.loads((taken.file.parent / "faults.json").read_text(encoding="utf-8"))
    assert told["faults"] == taken.faults["en"]
    assert {"form", "row", "field", "says"} <= told["faults"][0].keys()


def test_another_organisations_dossier_is_refused(office, outbox, document):
    """A file in the wrong folder is never sent for the wrong employer."""
    (outbox / "BHXHDienTu.xml").write_bytes(document(organisation=ORGANISATIONS["song-lo"]))
    (taken,) = take_in(office, "hoa-binh")
    assert "errors.dossier_other_organisation" == taken.said.key


def test_the_same_dossier_twice_is_planned_once(office, outbox, document):
    """The second copy lies in refused and says which dossier of the queue it is."""
    for name in ("a.xml", "b.xml"):
        (outbox / name).write_bytes(document())
    outcomes = {taken.outcome: taken for taken in take_in(office, "hoa-binh")}
    assert {"planned", "refused"} == outcomes.keys()
    assert "errors.matter_on_its_way" == outcomes["refused"].said.key
    assert 2 == len(_files(outbox))


def test_an_accepted_dossier_is_archived_under_its_own_name(office, outbox, document, send):
    """Two dossiers of one name lie beside one another in the archive; the books know where."""
    for period in ("01/2026", "02/2026"):
        (outbox / "BHXHDienTu.xml").write_bytes(document(period))
        (taken,) = take_in(office, "hoa-binh")
        accepted = send(taken.item, number=f"0000{period[1]}/2026/00131")
        assert "accepted" == accepted.state
        assert "done" == archive(office, accepted).state
    items = office.ledger.queue.items()
    assert ["BHXHDienTu.xml"] * 2 == [Path(item.file).name for item in items]
    assert all(outbox / "archive" in Path(item.file).parents and Path(item.file).is_file() for item in items)
    assert sorted(item.sha256 for item in items) == _files(outbox)


def test_a_sent_dossier_that_comes_again_is_refused_with_its_number(office, outbox, document, send):
    """The very same bytes after acceptance are refused, and the reason names the portal's number."""
    (outbox / "a.xml").write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    archive(office, send(taken.item))
    (outbox / "a.xml").write_bytes(document())
    (again,) = take_in(office, "hoa-binh")
    assert ("refused", "errors.matter_taken") == (again.outcome, again.said.key)
    assert "00001/2026/00131" in again.said.say("en")


def test_a_correction_of_a_refused_matter_is_its_next_attempt(office, outbox, document, send):
    """The refused file lies beside the portal's words, the corrected one is planned, and what changed is known."""
    (outbox / "a.xml").write_bytes(document())
    (taken,) = take_in(office, "hoa-binh")
    send(taken.item, "refuse")
    (outbox / "a.xml").write_bytes(document(seed=2))
    (again,) = take_in(office, "hoa-binh")
    assert ("planned", taken.item.key) == (again.outcome, again.item.key)
    assert again.corrects.refused.key == taken.item.key
    refused = office.ledger.queue.item(taken.item.id)
    assert outbox / "refused" in Path(refused.file).parents
    assert "not this way" in (Path(refused.file).parent / "faults.txt").read_text(encoding="utf-8")
    assert 2 == len(_files(outbox))

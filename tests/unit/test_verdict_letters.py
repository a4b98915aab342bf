"""Letters with the portal's verdict: each layout read to the same faults, and nothing guessed where none fits."""

from datetime import UTC, datetime

import pytest

from fixtures.portal import verdict_letters
from fixtures.portal.structure import Defect
from fixtures.portal.verdict_letters import LAYOUTS, UNREADABLE, Verdict
from robot.mail import MailFault, VerdictLetters
from robot.mail.letter import read_letter
from robot.settings import Mail
from tests.unit.mails import HOST, NOW, SENDER, TAX_CODE

DOSSIER = {
    "tax_code": TAX_CODE,
    "number": "00012/2026/07906",
    "file_name": "Báo tăng lao động.xml",
    "procedure": "600",
    "period": "11/2026",
    "round": "01",
}
DEFECTS = [
    Defect("D02-TS-595.xml", "D02-TS", 12, "Masobhxh", "99A<1>", "chỉ gồm chữ số, không quá 10 chữ số"),
    Defect("BHXHDienTu.xml", "Hoso", None, "SoLuongFile", "", "hồ sơ có 2 tệp"),
    Defect("D02-TS-595.xml", "D02-TS", 3, "chucVu", 'Thợ "cả", bậc 7 (đội 2)', "không được dài quá 500 ký tự"),
]
FAULTS = tuple(MailFault(each.form, each.row, each.field, each.label, each.value, each.rule) for each in DEFECTS)


def _reader(**rules):
    return VerdictLetters(Mail.model_validate({"senders": [SENDER], "verdict": rules}), [HOST])


def _letter(layout, defects=DEFECTS, sender=SENDER, change=None, **facts):
    message = verdict_letters.write(Verdict({**DOSSIER, **facts}, defects), layout, "hoa-binh@thu.example", sender)
    raw = bytes(message)
    return read_letter(change(raw) if change else raw, NOW)


def _read(letter, **rules):
    (found,), _ = _reader(**rules).read([letter], TAX_CODE)
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_to_the_same_faults(layout):
    """Table, text and attached XML name the same forms, rows, fields, values and rules."""
    found = _read(_letter(layout))
    assert ("invalid", DOSSIER["number"], DOSSIER["file_name"]) == (found.outcome, found.number, found.file_name)
    assert found.faults == FAULTS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_valid_structure_is_read_as_valid(layout):
    """No faults, and the verdict says so in words."""
    found = _read(_letter(layout, []))
    assert ("valid", ()) == (found.outcome, found.faults)


def test_an_unknown_layout_is_kept_and_not_guessed_at():
    """Prose that names fields is no verdict to a machine."""
    found = _read(_letter(UNREADABLE))
    assert ("not_understood", "no_dossier", ()) == (found.outcome, found.why, found.faults)


def test_a_new_layout_is_data():
    """Another wording is read once the settings have its patterns."""
    found = _read(
        _letter(UNREADABLE),
        number=r"hồ sơ (?P<value>[0-9]+/[0-9]{4}/[0-9]+)",
        invalid="chưa đạt",
        line=r"(?P<rule>ô (?P<field>[^;:]+?) ở tờ (?P<form>\S+) chưa đạt)",
    )
    assert ("invalid", DOSSIER["number"]) == (found.outcome, found.number)


def test_fewer_faults_than_the_letter_counts_are_not_believed():
    """A fault that no pattern fits must not get lost among those that do."""
    found = _read(_letter("text"), line=r"^[0-9]+\. \[(?P<form>D02-TS)\] dòng [0-9]+ - (?P<field>\w+)[^:]*: (?P<rule>.+)$")
    assert ("not_understood", "faults_missed") == (found.outcome, found.why)


def test_two_dossiers_in_one_letter_are_a_persons_to_read():
    """Which of the two the faults belong to is not guessed."""
    found = _read(_letter("text", file_name="x.xml\nSố hồ sơ: 00013/2026/07906"))
    assert ("not_understood", "several_dossiers") == (found.outcome, found.why)


@pytest.mark.parametrize(("sender", "reason"), [("no-reply@baohiemxahoi-gov.example", "sender")])
def test_a_forged_verdict_is_ignored(sender, reason):
    """A look-alike sender is told, and read no further."""
    found, ignored = _reader().read([_letter("text", sender=sender)], TAX_CODE)
    assert ([], [reason]) == (found, [each.reason for each in ignored])


def test_a_verdict_for_another_organisation_is_ignored():
    """A mailbox shared by several: each reads its own."""
    found, ignored = _reader().read([_letter("text", tax_code="0100109106")], TAX_CODE)
    assert ([], ["other_organisation"]) == (found, [each.reason for each in ignored])


def test_other_mails_are_passed_over():
    """What is about something else is neither read nor told."""
    message = verdict_letters.write(Verdict(DOSSIER, []), "text", "hoa-binh@thu.example", SENDER)
    message.replace_header("Subject", "Thông báo lịch nghỉ")
    assert _reader().read([read_letter(bytes(message), datetime.now(UTC))], TAX_CODE) == ([], [])


def test_an_attachment_with_entities_is_not_read():
    """An XML result that declares a document type is not parsed for faults."""
    message = verdict_letters.write(Verdict(DOSSIER, []), "text", "hoa-binh@thu.example", SENDER)
    text = message.get_content().replace("cấu trúc hợp lệ", "cấu trúc không hợp lệ").replace("Số lỗi: 0", "")
    message.clear_content()
    message.set_content(text, cte="base64")
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a><Loi><ToKhai>&b;</ToKhai></Loi></a>'
    message.add_attachment(bomb, maintype="application", subtype="xml", filename="KetQua.xml")
    assert ("not_understood", "no_faults") == (
        _read(read_letter(bytes(message), NOW)).outcome,
        _read(read_letter(bytes(message), NOW)).why,
    )

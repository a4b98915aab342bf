"""What a corrected dossier has other than the refused one."""

from pathlib import Path

import pytest

from robot.dossier import Declared, Dossier, Form, Row
from robot.dossier.changes import Change, changes

FIELDS = {"MaSoBHXH": "TZ0101A", "KyKeKhai": "11/2026"}


def _row(number, name, **fields):
    return Row(number, {"STT": str(number), "Hoten": name, **fields})


def _dossier(*rows, attachments=(), forms=None, **fields):
    made = (Form("D02-TS", "D02-TS-595.xml", b"", "D02-TS", {"NgayLap": "01/11/2026"}, (), tuple(rows)),)
    declared = tuple(
        Declared(2, {"TenFile": name, "MaToKhai": "CT-DK", "LoaiFile": ".pdf"}, (), 4, raw) for name, raw in attachments
    )
    return Dossier(
        Path("a.xml"), 1, "0" * 64, "container", b"", {**FIELDS, **fields}, (), declared, made if forms is None else forms
    )


def test_the_same_content_has_no_change():
    """Only signatures or bytes differ."""
    assert changes(_dossier(_row(1, "An")), _dossier(_row(1, "An"))) == ()


def test_a_changed_field_is_named_with_form_and_row_and_masked():
    """Values in a form may be a person's: first letters and last digits only."""
    before = _dossier(_row(1, "An"), _row(2, "Bình", Masobhxh="99A1234567"))
    after = _dossier(_row(1, "An"), _row(2, "Bình", Masobhxh="9901234567"))
    assert changes(before, after) == (Change("field", "D02-TS", 2, "Masobhxh", "••••••••67", "••••••••67"),)


def test_a_row_put_in_between_is_one_change():
    """What stands below it is the same, whatever its number."""
    before = _dossier(_row(1, "An"), _row(2, "Bình"))
    after = _dossier(_row(1, "An"), _row(2, "Chi"), _row(3, "Bình"))
    assert changes(before, after) == (Change("row_added", "D02-TS", 2),)
    assert changes(after, before) == (Change("row_removed", "D02-TS", 2),)


def test_a_field_of_the_container_is_shown_as_it_is():
    """The container's fields are the organisation's, no person's."""
    assert changes(_dossier(KyKeKhai="10/2026"), _dossier()) == (Change("field", "Hoso", None, "KyKeKhai", "10/2026", "11/2026"),)


def test_an_exchanged_attachment_is_named():
    """Another file under the same name is told by its digest."""
    (change,) = changes(_dossier(attachments=[("a.pdf", b"1")]), _dossier(attachments=[("a.pdf", b"2")]))
    assert ("CT-DK", "a.pdf") == (change.form, change.field)
    assert change.before != change.after


@pytest.mark.parametrize(("before", "after"), [("D02-TS", ""), ("", "D02-TS")])
def test_a_form_that_came_or_went_is_named(before, after):
    """A form more or less is a change of the container."""
    pair = [_dossier() if code else _dossier(forms=()) for code in (before, after)]
    assert changes(*pair) == (Change("field", "Hoso", None, "MaToKhai", before, after),)

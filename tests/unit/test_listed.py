"""What rows of the portal's list prove of a dossier."""

from datetime import UTC, datetime
from pathlib import Path

from robot.dossier import DossierHead
from robot.flow import Row, Wanted, judged
from robot.texts import LANGUAGES

SINCE = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
IN_TIME, EARLIER = "22/11/2026 15:00:05", "22/11/2026 13:00:05"
HEAD = DossierHead(Path("a.xml"), 1, "0" * 64, "9901000019", "TZ0101A", "600", "11/2026", "")


def _wanted(**changes) -> Wanted:
    values = {"other_numbers": frozenset({"00001/2026/00131"}), "control": "00009/2026/00131", **changes}
    return Wanted(HEAD, 1, "a.xml", SINCE, **values)


def _row(number="00007/2026/00131", sent=IN_TIME, file="a.xml", turn="01") -> Row:
    return Row(number, "11/2026", turn, sent, file)


def _judged(*rows, wanted=None, listed=("00007/2026/00131", "00009/2026/00131")):
    return judged(wanted or _wanted(), rows, lambda number: number in listed)


def test_a_fitting_row_is_a_receipt_with_two_proofs():
    """The list by the matter, and the list by the number found; one proof where that does not show it."""
    seen = _judged(_row())
    assert seen.receipt.number == "00007/2026/00131"
    assert [proof.kind for proof in seen.proofs] == ["lookup", "number"]
    assert [proof.kind for proof in _judged(_row(), listed=()).proofs] == ["lookup"]


def test_absence_needs_the_control_and_no_row_that_nobody_can_explain():
    """An attempt known by its number, or another round, is no matter; another file or time of this round proves nothing."""
    explained = (_row("00001/2026/00131", EARLIER), _row(turn="02"))
    assert (_judged(*explained).receipt, _judged(*explained).control_seen) == (None, True)
    for row in (_row(sent=EARLIER), _row(file="b.xml"), _row(sent="hôm qua")):
        seen = _judged(row)
        assert (seen.receipt, seen.control_seen) == (None, False)
        assert all(row.number in said for said in _said(seen))
    assert not _judged(listed=()).control_seen
    assert not _judged(wanted=_wanted(control=None)).control_seen


def _said(seen):
    """The reason in each language; a person reads it in a question, so that it is another sentence in each."""
    said = [seen.why.say(language) for language in LANGUAGES]
    assert len(set(said)) == len(LANGUAGES), said
    return said


def test_why_a_list_proves_nothing_is_said_in_both_languages():
    """No control known, the control not shown, a number named by a person and not shown."""
    control = _wanted().control
    assert _said(_judged(wanted=_wanted(control=None)))
    assert all(control in said for said in _said(_judged(listed=())))
    assert all("00007/2026/00131" in said for said in _said(_judged(wanted=_wanted(said="00007/2026/00131"))))


def test_a_number_named_by_a_person_is_confirmed_by_the_list_or_by_nothing():
    """Its time and file may differ, its matter may not; what the list does not show goes back to the person."""
    seen = _judged(_row(sent=EARLIER, file="b.xml"), wanted=_wanted(said="00007/2026/00131"))
    assert [(proof.kind, proof.number) for proof in seen.proofs] == [(kind, seen.receipt.number) for kind in ("person", "lookup")]
    for row in (_row("00008/2026/00131"), _row(turn="02")):
        seen = _judged(row, wanted=_wanted(said="00007/2026/00131"))
        assert (seen.receipt, seen.control_seen) == (None, False)


def test_two_fitting_rows_are_for_a_person():
    """Which of them is ours nobody can tell."""
    seen = _judged(_row(), _row("00008/2026/00131"))
    assert (seen.receipt, seen.control_seen) == (None, False)

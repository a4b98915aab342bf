"""Verdicts in the books: a letter once, a refusal that frees the key for the next attempt, contradictions that change nothing."""

import pytest

from robot.drive.faults import faults_of_error, faults_of_run
from robot.errors import DossierFaulty, UsageError
from robot.ledger import EffectStands

KEY = "TZ0101A/600/11/2026/01"
LETTER = {"number": "00001/2026/07906", "head": {"subject": "Kết quả"}, "faults": {"vi": [], "en": []}, "text": ""}
RECEIPT = {"kind": "dossier", "number": "00001/2026/07906", "at": ""}


@pytest.fixture
def sent(ledger, tmp_path):
    """A run that has ended as done, and its confirmed submission."""
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    effect = ledger.intend(run, "submission", KEY, {"sha256": "a" * 64})
    ledger.confirm(effect.id, RECEIPT)
    ledger.end_run(run, "done", RECEIPT)
    return run, effect.id


def _book(ledger, effect, outcome, letter="<1@portal>"):
    return ledger.book_verdict(
        "hoa-binh", letter, outcome, effect, said={"vi": "cấu trúc không hợp lệ", "en": "structure not valid"}, **LETTER
    )


def test_a_structure_fault_refuses_effect_and_run_and_allows_the_next_attempt(ledger, sent, tmp_path):
    """Confirmed becomes refused with its receipt kept, done becomes refused, and attempt 2 may be intended."""
    run, effect = sent
    assert _book(ledger, effect, "invalid").outcome == "invalid"
    (row,) = ledger.effects(run)
    assert ("refused", RECEIPT, "cấu trúc không hợp lệ") == (row.state, dict(row.receipt), row.said)
    assert ledger.run(run).outcome == "refused"
    again = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    assert ledger.intend(again, "submission", KEY, {}).attempt == 2


def test_a_valid_structure_leaves_the_effect_standing(ledger, sent):
    """Nothing may be sent again after a good verdict."""
    run, effect = sent
    _book(ledger, effect, "valid")
    assert ledger.verdict_of(effect).outcome == "valid"
    with pytest.raises(EffectStands):
        ledger.intend(_other(ledger, run), "submission", KEY, {})


def test_a_letter_is_booked_once(ledger, sent):
    """The same message id a second time is known already."""
    assert _book(ledger, sent[1], "invalid") is not None
    assert _book(ledger, sent[1], "invalid") is None
    assert [verdict.outcome for verdict in ledger.verdicts(sent[0])] == ["invalid"]


@pytest.mark.parametrize(("first", "second", "state"), [("valid", "invalid", "confirmed"), ("invalid", "valid", "refused")])
def test_a_second_verdict_that_says_another_thing_changes_nothing(ledger, sent, first, second, state):
    """Two letters that contradict one another: the first counts, the second is for a person."""
    run, effect = sent
    _book(ledger, effect, first)
    assert _book(ledger, effect, second, "<2@portal>").outcome == "contradicts"
    assert [row.state for row in ledger.effects(run)] == [state]
    assert ledger.verdict_of(effect).outcome == first


def test_what_was_not_understood_is_kept_and_changes_nothing(ledger, sent):
    """A letter about the dossier that no pattern fits is in the books, and the effect stands."""
    run, effect = sent
    _book(ledger, effect, "not_understood")
    assert ledger.verdict_of(effect) is None
    assert [verdict.outcome for verdict in ledger.verdicts(run)] == ["not_understood"]
    assert [row.state for row in ledger.effects(run)] == ["confirmed"]


def test_a_verdict_on_an_older_attempt_does_not_touch_the_newer_one(ledger, sent, tmp_path):
    """The refusal of attempt 1, read once more after attempt 2 was taken, leaves attempt 2 as it is."""
    _, first = sent
    _book(ledger, first, "invalid")
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    second = ledger.intend(run, "submission", KEY, {})
    ledger.confirm(second.id, RECEIPT)
    _book(ledger, first, "invalid", "<2@portal>")
    assert [row.state for row in ledger.attempts("submission", KEY)] == ["refused", "confirmed"]


def test_the_faults_of_a_run_are_those_of_the_verdict_that_refused_it(ledger, sent):
    """Each once, in the language asked for, however often the verdict came; none after a good verdict, or of another error."""
    run, effect = sent
    assert faults_of_run(ledger, run, "vi") == []
    faults = {"vi": [{"field": "pa", "says": "thiếu"}], "en": [{"field": "pa", "says": "missing"}]}
    for letter in ("<1@portal>", "<2@portal>"):
        ledger.book_verdict("hoa-binh", letter, "invalid", effect, **{**LETTER, "faults": faults})
    assert faults_of_run(ledger, run, "vi") == faults["vi"]
    assert faults_of_error(DossierFaulty("resubmit_faulty", faults), "en") == faults["en"]
    assert faults_of_error(UsageError("resubmit_nothing"), "en") == faults_of_error(None, "en") == []


def _other(ledger, run):
    return ledger.begin_run("submit", "hoa-binh", {}, ledger.run(run).evidence)

"""People's moves and answers, on either database: what moves, what is refused, and that an answer counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from robot.errors import NameUnknown, UsageError
from robot.ledger.item import NewItem, Proof
from robot.ledger.tables import questions

SAID = {"en": "look at it", "vi": "hãy xem"}


@pytest.fixture
def lost(ledger, submitting):
    """A dossier that was sent and nobody saw the outcome of."""
    item = ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "f", "f.xml", "f" * 64, 9))
    books = ledger.protocol
    claim = books.signed(books.prepared(books.claim(submitting, 60, item=item.id)))
    return books.lose_sight(books.intend(claim, {}), "no answer")


def _question(ledger, item):
    return next(one for one in ledger.open_questions("hoa-binh") if one.item == item.id)


@pytest.mark.parametrize(("answer", "state"), [("sent 1/2026/2", "unknown"), ("absent", "planned"), ("CANCEL", "cancelled")])
def test_an_answer_moves_a_held_dossier_and_is_kept(ledger, lost, answer, state):
    """The item, its moves and its question agree; a number said is kept for the look-up."""
    held = ledger.care.hold(lost.id, SAID)
    asked = _question(ledger, held)
    assert ["sent", "absent", "cancel"] == list(asked.choices)
    moved = ledger.care.decide(asked, answer)
    assert state == moved.state == ledger.queue.moves(lost.id)[-1].after
    assert "answered" == ledger.question(asked.id).state
    assert ("1/2026/2" if state == "unknown" else None) == ledger.care.number_said(lost.id)
    assert () == ledger.check().breaches


def test_a_sending_that_was_given_up_is_looked_up_when_the_file_comes_again(ledger, lost, submitting):
    """`cancel` forgets nothing: the same file is taken up where that one was left, and is not sent a second time."""
    ledger.care.decide(_question(ledger, ledger.care.hold(lost.id, SAID)), "cancel")
    again = ledger.queue.plan(NewItem("hoa-binh", lost.key, "f", "f.xml", "f" * 64, 9))
    assert ("unknown", lost.effect) == (again.state, again.effect)
    claim = ledger.protocol.claim(submitting, 60, item=again.id)
    number = "00001/2026/00131"
    ledger.protocol.accept(claim, {"kind": "dossier", "number": number}, [Proof("lookup", number), Proof("number", number)])
    assert () == ledger.check().breaches


def test_of_two_answers_at_once_one_counts(ledger, lost):
    """Two people answer in the same moment: one moves the dossier, the other one is told."""
    asked = _question(ledger, ledger.care.hold(lost.id, SAID))

    def say(answer):
        try:
            return ledger.care.decide(asked, answer).state
        except UsageError as wrong:
            return wrong.text.key

    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(say, ["absent", "cancel"]))
    assert "errors.question_settled" in said
    assert said.count("errors.question_settled") == 1
    assert {"planned", "cancelled"} & set(said)


def test_a_dossier_with_a_run_is_not_moved_by_people(ledger, submitting):
    """Whatever is asked for, a claimed dossier stays with its run; one that is not there is named."""
    item = ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "f", "f.xml", "f" * 64, 9))
    ledger.protocol.claim(submitting, 60, item=item.id)
    care = ledger.care
    for move in (lambda: care.hold(item.id, SAID), lambda: care.release(item.id), lambda: care.retry(item.id)):
        with pytest.raises(UsageError):
            move()
    with pytest.raises(UsageError):
        care.cancel(item.id)
    assert "claimed" == ledger.queue.item(item.id).state
    with pytest.raises(NameUnknown):
        care.retry(item.id + 1)


def test_a_dossier_that_is_being_looked_up_is_not_moved_by_people(ledger, lost, submitting):
    """Its state alone would let it be held, or tried again: whoever looks it up has it."""
    ledger.protocol.claim(submitting, 60, item=lost.id)
    for move in (lambda: ledger.care.hold(lost.id, SAID), lambda: ledger.care.retry(lost.id)):
        with pytest.raises(UsageError, check=lambda wrong: wrong.text.key == "errors.item_taken"):
            move()
    assert submitting == ledger.queue.item(lost.id).run


def test_held_released_retried_cancelled_before_anything_was_sent(ledger):
    """The way back and the way out, each with its question settled."""
    item = ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "f", "f.xml", "f" * 64, 9))
    for back in (ledger.care.release, ledger.care.retry):
        ledger.care.hold(item.id, SAID)
        assert "planned" == back(item.id).state
        assert [] == ledger.open_questions()
    ledger.care.hold(item.id, SAID)
    assert "cancelled" == ledger.care.cancel(item.id).state
    with pytest.raises(UsageError):
        ledger.care.retry(item.id)


def test_only_answers_that_are_no_secret_are_written_down(ledger, run, tmp_path):
    """A captcha's answer is kept for the run that waits; of another kind it is refused, and nothing is written."""
    captcha, code = (ledger.ask(run, kind, tmp_path / "x.png", 60) for kind in ("captcha", "pin_window"))
    ledger.answer(captcha, "K7MP")
    assert ("answered", "K7MP") == (ledger.question(captcha).state, ledger.question(captcha).answer)
    with pytest.raises(UsageError):
        ledger.answer(code, "123456")
    with pytest.raises(UsageError):
        ledger.answer(captcha, "XXXX")
    assert ("open", None) == (ledger.question(code).state, ledger.question(code).answer)


def test_an_activations_question_takes_its_choices_only_and_outlives_its_run(ledger, run):
    """A code typed as the answer is refused, by the books' own rule as well; the next run reads what was chosen."""
    number = ledger.ask(run, "activation", said=SAID, choices=("again", "stop"))
    ledger.end_run(run, "refused")
    assert 0 == ledger.lapse()
    with pytest.raises(UsageError, check=lambda wrong: wrong.text.key == "errors.answer_wrong"):
        ledger.answer(number, "123456")
    with pytest.raises(IntegrityError), ledger.store.writing() as books:
        books.execute(update(questions).values(state="answered", answer="123456", settled=datetime.now(UTC)))
    ledger.answer(number, "AGAIN")
    newest = ledger.newest_question("activation", "hoa-binh")
    assert (number, "answered", "again") == (newest.id, newest.state, newest.answer)
    assert ledger.newest_question("activation", "song-lo") is None


def test_questions_lapse_with_their_time_or_their_run(ledger, run, lost, tmp_path):
    """Over time or with the run ended a question is settled; a held dossier's waits for ever."""
    ledger.care.hold(lost.id, SAID)
    over = ledger.ask(run, "captcha", tmp_path / "x.png", -1)
    still = ledger.ask(run, "captcha", tmp_path / "x.png", 60)
    assert 1 == ledger.lapse()
    assert "expired" == ledger.question(over).state
    ledger.end_run(run, "cancelled")
    assert 1 == ledger.lapse()
    assert "expired" == ledger.question(still).state
    assert ["held"] == [one.kind for one in ledger.open_questions()]

"""A file that would take another dossier's place waits for a person's consent; what nobody wants is refused."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from robot.drive.outbox import Outbox, archive, consent, take_in
from robot.errors import UsageError
from robot.ledger.tables import questions

KEY = "hoa-binh"


@pytest.fixture
def asked(office, outbox, document, send):
    """A dossier that the portal has, another file of the same matter in the outbox, and the question about it."""
    (outbox / "a.xml").write_bytes(document())
    (first,) = take_in(office, KEY)
    archive(office, send(first.item))
    (outbox / "đợt 1 sửa.xml").write_bytes(document(seed=2))
    (taken,) = take_in(office, KEY)
    (question,) = office.ledger.open_questions()
    return taken, question


def _over(office):
    with office.ledger.store.writing() as books:
        books.execute(update(questions).values(expires=datetime.now(UTC) - timedelta(seconds=1)))


def _refused(outbox):
    return sorted(file.name for file in (outbox / "refused").glob("*/*.xml"))


def test_other_bytes_of_a_taken_matter_wait_and_a_person_is_asked(office, outbox, document, asked):
    """The file lies in a place of its own, whole; the question names it, the dossier, and the two answers."""
    taken, question = asked
    assert ("held", "consent", ["yes", "no"]) == (taken.outcome, question.kind, list(question.choices))
    assert (str(taken.file), outbox / ".waiting") == (question.picture, taken.file.parent.parent)
    assert taken.file.read_bytes() == document(seed=2)
    assert all(str(question.item) in question.said[language] for language in ("vi", "en"))
    assert question.expires - question.asked == timedelta(days=office.settings.outbox.consent_days)
    assert [] == take_in(office, KEY)  # asked once
    assert [question] == office.ledger.open_questions()


def test_yes_plans_it_as_the_amendment_and_only_its_sending_supersedes_the_first(office, outbox, asked, robot, send):
    """By the real command: planned in that dossier's place, sent, archived; the books hold together at every step."""
    taken, question = asked
    answered = robot("answer", question.id, "YES", "--json")
    assert (0, "answered", "yes") == (answered.code, answered.said["state"], answered.said["answer"])
    (planned,) = office.ledger.queue.items(states=("planned",))
    assert (question.item, "outbox", taken.file.name) == (planned.amends, planned.source, planned.name)
    assert "confirmed" == office.ledger.newest("submission", planned.key).state
    assert [] == take_in(office, KEY)
    done = archive(office, send(planned, number="00002/2026/00131"))
    assert ("done", True) == (done.state, outbox / "archive" in Path(office.ledger.queue.item(planned.id).file).parents)
    assert ["superseded", "confirmed"] == sorted(
        (effect.state for effect in office.ledger.attempts("submission", planned.key)), reverse=True
    )
    assert () == office.ledger.check().breaches
    assert [] == list((outbox / ".waiting").iterdir())


@pytest.mark.parametrize("word", ["no", None])
def test_no_and_silence_refuse_the_file_with_the_reason(office, outbox, asked, robot, word):
    """Answered at once, or found over its time at the next look: it lies in refused, and nothing was planned."""
    taken, question = asked
    if word is None:
        _over(office)
        Outbox(office).settle(KEY)
    else:
        assert 0 == robot("answer", question.id, word).code
    assert ["đợt 1 sửa.xml"] == _refused(outbox)
    reason = next((outbox / "refused").glob("*/faults.txt")).read_text(encoding="utf-8")
    assert "queue amend" in reason
    assert taken.file.name in reason
    assert [] == office.ledger.queue.items(states=("planned",))
    assert {"no": "answered", None: "expired"}[word] == office.ledger.question(question.id).state
    assert 2 == robot("answer", question.id, "yes").code


def test_what_is_no_answer_changes_nothing(office, asked, robot):
    """Neither yes nor no: the question stays, and so does the file."""
    taken, question = asked
    assert 2 == robot("answer", question.id, "vâng").code
    assert "open" == office.ledger.question(question.id).state
    assert taken.file.is_file()


def test_another_file_of_a_planned_matter_takes_its_place_by_consent(office, outbox, document):
    """The one that was never sent is cancelled and lies in refused; the question about it is settled."""
    (outbox / "a.xml").write_bytes(document())
    (first,) = take_in(office, KEY)
    (outbox / "b.xml").write_bytes(document(seed=2))
    (taken,) = take_in(office, KEY)
    (question,) = office.ledger.open_questions()
    planned = consent.decide(office, Outbox(office).folders(KEY), question, "yes")
    assert (first.item.id, "planned") == (planned.amends, planned.state)
    assert "cancelled" == office.ledger.queue.item(first.item.id).state
    Outbox(office).settle(KEY)
    assert ["a.xml"] == _refused(outbox)
    assert taken.file.is_file()
    assert () == office.ledger.check().breaches


def test_an_amendment_of_what_nobody_knows_yet_must_wait(office, outbox, document, send):
    """Sent with no answer: yes is refused in a sentence, the question stays open, and later it is taken."""
    (outbox / "a.xml").write_bytes(document())
    (first,) = take_in(office, KEY)
    lost = send(first.item, "lose")
    (outbox / "b.xml").write_bytes(document(seed=2))
    take_in(office, KEY)
    (question,) = office.ledger.open_questions()
    folders = Outbox(office).folders(KEY)
    with pytest.raises(UsageError, check=lambda wrong: wrong.text.key == "errors.amend_impossible"):
        consent.decide(office, folders, question, "yes")
    assert "unknown" == office.ledger.queue.item(lost.id).state
    assert [question] == office.ledger.open_questions()


def test_a_file_put_by_whose_question_was_never_written_is_asked_about(office, outbox, asked, document):
    """Killed between the move and the question: the next look asks; killed between plan and answer: yes again is enough."""
    taken, question = asked
    shutil.copytree(taken.file.parent, taken.file.parent.with_name("broken-off-dot01"))
    (again,) = take_in(office, KEY)
    assert ("held", 2) == (again.outcome, len(office.ledger.open_questions()))
    folders = Outbox(office).folders(KEY)
    planned = consent.amend(office, office.ledger.queue.item(question.item), taken.file, source="outbox", name=taken.file.name)
    _over(office)
    Outbox(office).settle(KEY)
    assert taken.file.is_file()  # it is a dossier of the queue by now
    assert [document(seed=2)] == [file.read_bytes() for file in (outbox / "refused").glob("*/*.xml")]
    assert [planned.id] == [item.id for item in office.ledger.queue.items(states=("planned",))]
    assert [taken.file] == list(folders.waiting())

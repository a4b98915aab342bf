"""A person's part in the queue: holding, releasing, trying again, giving up, amending, and a held dossier's answers."""

import sys
from types import SimpleNamespace

import pytest

from robot.errors import NameUnknown, PersonAwaited, UsageError
from robot.flow.desk import Cancel
from robot.flow.questions import ask_person
from robot.flow.tape import NoTape


@pytest.fixture
def planned(office, tmp_path, document):
    """Plans a dossier as `queue add` does."""
    from robot.drive.intake import checker_of, plan, read_and_examine

    def plan_one(period="01/2026", seed=1, amends=None):
        file = tmp_path / f"{period[:2]}-{seed}.xml"
        file.write_bytes(document(period, seed))
        made = read_and_examine(office, checker_of(office), "hoa-binh", file, 1)
        return plan(office, made, source="queue", name=file.name, amends=amends)

    return plan_one


@pytest.fixture
def question(office):
    """The one open question about an item."""
    return lambda item: next(one for one in office.ledger.open_questions() if one.item == item.id)


def _error(key):
    return lambda wrong: wrong.text.key == f"errors.{key}"


def test_the_commands_add_list_hold_release_and_cancel(robot, tmp_path, document):
    """A dossier by its whole life in the queue; a bad file keeps no good one back and is told by the exit code."""
    good, bad = tmp_path / "hồ sơ.xml", tmp_path / "xấu.xml"
    good.write_bytes(document())
    bad.write_bytes(b"<x/>")
    added = robot("queue", "add", bad, good, "--org", "hoa-binh", "--priority", 5, "--json")
    assert (2, [False, True]) == (added.code, [one["planned"] for one in added.said])
    number = added.said[1]["item"]["id"]
    held = robot("queue", "hold", number, 99, "--why", "chờ chữ ký", "--json")
    assert (2, ["held", None]) == (held.code, [one.get("state") for one in held.said])
    (asked,) = robot("questions", "--json").said
    assert ("held", ["retry", "cancel"], number) == (asked["kind"], asked["choices"], asked["item"])
    assert "chờ chữ ký" in robot("queue", "show", number).said
    assert 0 == robot("queue", "release", number).code
    assert 0 == robot("queue", "cancel", number).code
    listed = robot("queue", "list", "--all", "--org", "hoa-binh", "--json").said
    assert [(number, "cancelled")] == [(item["id"], item["state"]) for item in listed]
    assert 2 == robot("queue", "list", "--state", "lost").code


def test_amend_is_the_only_way_for_other_bytes(robot, tmp_path, document):
    """The same matter with other bytes is refused by `add` and taken by `amend`; the first one is cancelled."""
    first, second = tmp_path / "một.xml", tmp_path / "hai.xml"
    first.write_bytes(document())
    second.write_bytes(document(seed=2))
    number = robot("queue", "add", first, "--org", "hoa-binh", "--json").said[0]["item"]["id"]
    refused = robot("queue", "add", second, "--org", "hoa-binh")
    assert 2 == refused.code
    assert f"queue amend {number}" in refused.talk
    amended = robot("queue", "amend", number, second, "--json")
    assert ("planned", "cancelled") == (amended.said["item"]["state"], amended.said["amends"]["state"])


def test_what_was_sent_is_neither_released_nor_cancelled(office, planned, send):
    """Only its question's answers move a dossier of which nobody knows whether the portal has it."""
    item = send(planned(), "lose")
    held = office.ledger.care.hold(item.id, {"en": "x", "vi": "x"})
    for move in (office.ledger.care.release, office.ledger.care.cancel, office.ledger.care.retry):
        with pytest.raises(UsageError, check=_error("item_sent")):
            move(held.id)
    with pytest.raises(NameUnknown):
        office.ledger.care.hold(99, {"en": "x", "vi": "x"})


@pytest.mark.parametrize(
    ("answer", "state", "effect"),
    [("sent 00001/2026/00131", "unknown", "intent"), ("absent", "planned", "absent"), ("cancel", "cancelled", "intent")],
)
def test_a_held_dossier_that_was_sent_goes_on_by_an_answer(office, planned, send, question, answer, state, effect):
    """`sent` waits for the look-up with the number said, `absent` is planned anew, `cancel` leaves its sending as it is."""
    item = send(planned(), "lose")
    office.ledger.care.hold(item.id, {"en": "x", "vi": "x"})
    asked = question(item)
    moved = office.ledger.care.decide(asked, answer)
    sent = office.ledger.newest("submission", item.key)
    assert (state, effect) == (moved.state, sent.state)
    assert ("00001/2026/00131" if state == "unknown" else None) == office.ledger.care.number_said(item.id)
    with pytest.raises(UsageError, check=_error("question_settled")):
        office.ledger.care.decide(asked, answer)


@pytest.mark.parametrize("answer", ["sent", "absent now", "yes", "", "retry"])
def test_an_answer_that_is_no_choice_moves_nothing(office, planned, send, question, answer):
    """The sentence names the choices; the question stays open."""
    item = send(planned(), "lose")
    office.ledger.care.hold(item.id, {"en": "x", "vi": "x"})
    with pytest.raises(UsageError, check=_error("answer_wrong")):
        office.ledger.care.decide(question(item), answer)
    assert ("held", "open") == (office.ledger.queue.item(item.id).state, question(item).state)


def test_a_refusal_of_the_page_may_be_tried_again_but_no_older_one(office, planned, send):
    """A page's refusal may have passed; where the matter has a newer dossier that one counts."""
    first = send(planned(), "refuse")
    assert "planned" == office.ledger.care.retry(first.id).state
    send(office.ledger.queue.item(first.id), "refuse")
    newer = planned(seed=2)
    with pytest.raises(UsageError, check=_error("item_has_newer")) as wrong:
        office.ledger.care.retry(first.id)
    assert newer.id == wrong.value.text.fills["newer"]


class _Nobody:
    """Nobody at the terminal."""

    def prompt(self, *_asked):
        return None


@pytest.fixture
def desk(office, tmp_path):
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    told = []

    def made(**questions):
        known = office.settings.questions.model_copy(update=questions)
        settings = office.settings.model_copy(update={"questions": known})
        return SimpleNamespace(
            tape=NoTape(), settings=settings, ledger=office.ledger, progress=_Nobody(), cancel=Cancel(), tell=told.append
        ), run

    return made


@pytest.mark.parametrize("command", [(), (sys.executable, "-c", "import time; time.sleep(60)")])
def test_an_answer_from_afar_reaches_the_run_that_waits(desk, robot, office, tmp_path, command):
    """`vss-robot answer` in another process is heard while the run waits, with or without a program that asks as well."""
    from concurrent.futures import ThreadPoolExecutor

    from tests.waiting import until

    own, run = desk(answer_command=command, wait_s=60)
    with ThreadPoolExecutor(1) as other:
        said = other.submit(ask_person, own, run, "hoa-binh", "captcha", tmp_path / "captcha.png")
        until(office.ledger.open_questions, "a question")
        (asked,) = office.ledger.open_questions()
        assert 0 == robot("answer", asked.id, "K7MP").code
        assert "K7MP" == said.result(30)
    assert ("answered", "K7MP") == (office.ledger.question(asked.id).state, office.ledger.question(asked.id).answer)
    assert 2 == robot("answer", asked.id, "K7MP").code


def test_without_anybody_the_question_expires(desk, office, tmp_path):
    """The run ends as waiting; the question is no longer listed."""
    own, run = desk()
    with pytest.raises(PersonAwaited):
        ask_person(own, run, "hoa-binh", "captcha", tmp_path / "captcha.png")
    assert ["expired"] == [one.state for one in office.ledger.questions(run)]


def test_a_question_whose_run_has_ended_lapses(office, tmp_path):
    """A run that was killed leaves an open question: it is settled when somebody looks, held dossiers' questions are not."""
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    office.ledger.ask(run, "captcha", tmp_path / "captcha.png", 600)
    assert 0 == office.ledger.lapse()
    office.ledger.end_run(run, "abandoned")
    assert 1 == office.ledger.lapse()
    assert [] == office.ledger.open_questions()

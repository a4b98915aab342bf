"""The books: what they keep, what they refuse, and what they say when they cannot be used."""

from datetime import UTC, datetime, timedelta
from re import fullmatch

import pytest

from robot import settings
from robot.clock import VIETNAM
from robot.errors import NameUnknown
from robot.ledger import EffectStands, Ledger, WrongState


def test_a_run_is_written_down_from_beginning_to_end(ledger, tmp_path):
    """What was begun reads back, with Vietnamese text, times in UTC, its evidence folder, and in the end its receipt."""
    before = datetime.now(UTC)
    run = ledger.begin_run("register", "hoa-binh", {"đợt": "01"}, tmp_path / "evidence")
    begun = ledger.run(run)
    assert fullmatch(r"20\d{6}-\d{6}-[2-9a-z]{5}", run)
    assert abs(datetime.strptime(run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=VIETNAM) - before) < timedelta(seconds=10)
    assert [begun.flow, begun.organisation, begun.parameters] == ["register", "hoa-binh", {"đợt": "01"}]
    assert [begun.evidence, begun.outcome, begun.ended] == [tmp_path / "evidence" / run, "running", None]
    assert begun.started.utcoffset() == timedelta(0)
    assert before <= begun.started <= datetime.now(UTC)
    ledger.end_run(run, "done", {"number": "03706/2026/07906"}, None)
    ended = ledger.run(run)
    assert [ended.outcome, ended.receipt, ended.finding] == ["done", {"number": "03706/2026/07906"}, None]
    assert ended.ended >= ended.started


def test_runs_of_one_second_have_different_names(ledger, tmp_path):
    """The random part tells apart what began together."""
    runs = [ledger.begin_run("register", "hoa-binh", {}, tmp_path) for _ in range(30)]
    assert len(set(runs)) == 30


def test_runs_are_listed_newest_first_and_by_what_they_are(ledger, tmp_path):
    """A limit, an organisation, a flow and an outcome narrow the list."""
    runs = [ledger.begin_run(flow, org, {}, tmp_path) for flow, org in [("a", "x"), ("b", "x"), ("a", "y")]]
    ledger.end_run(runs[0], "refused")
    assert [run.id for run in ledger.runs(10)] == runs[::-1]
    assert [run.id for run in ledger.runs(1)] == [runs[2]]
    assert [run.id for run in ledger.runs(10, organisation="x")] == [runs[1], runs[0]]
    assert [run.id for run in ledger.runs(10, flow="a", outcome="refused")] == [runs[0]]


def test_an_unknown_run_is_said(ledger):
    """A name that is in no book."""
    with pytest.raises(NameUnknown) as unknown:
        ledger.run("20260101-000000-aaaaa")
    assert unknown.value.text.key == "errors.run_unknown"


def test_steps_of_a_run_in_order(ledger, run):
    """Steps read back in the order they began, with how they ended."""
    first = ledger.begin_step(run, "mở tờ khai đăng ký")
    ledger.end_step(first, "done")
    ledger.begin_step(run, "choose the certificate")
    assert [(step.name, step.outcome) for step in ledger.steps(run)] == [
        ("mở tờ khai đăng ký", "done"),
        ("choose the certificate", "running"),
    ]


def test_nothing_ends_twice_or_in_a_way_that_has_no_name(ledger, run):
    """A run and a step end once, by an outcome of the catalogue; an ended run begins nothing."""
    step = ledger.begin_step(run, "x")
    for outcome in ("running", "perhaps"):
        with pytest.raises(WrongState):
            ledger.end_run(run, outcome)
        with pytest.raises(WrongState):
            ledger.end_step(step, outcome)
    ledger.end_step(step, "done")
    ledger.end_run(run, "cancelled")
    refused = [
        lambda: ledger.end_step(step, "failed"),
        lambda: ledger.end_run(run, "done"),
        lambda: ledger.begin_step(run, "y"),
        lambda: ledger.intend(run, "k", "1", {}),
        lambda: ledger.ask(run, "captcha", "p.png"),
        lambda: ledger.begin_step("no such run", "y"),
    ]
    for each in refused:
        with pytest.raises(WrongState):
            each()
    assert ledger.run(run).outcome == "cancelled"


def test_an_intent_is_on_disk_before_it_returns(ledger, run, address, tmp_path):
    """Somebody else's connection reads it at once."""
    effect = ledger.intend(run, "registration", "9901000019", {"sha256": "ab"})
    with Ledger.open(settings.Ledger(url=address), tmp_path) as other:
        assert other.newest("registration", "9901000019") == effect
    assert [effect.organisation, effect.detail, effect.settled] == ["hoa-binh", {"sha256": "ab"}, None]


@pytest.mark.parametrize("state", ["intent", "confirmed"])
def test_what_stands_is_not_intended_again(ledger, run, state):
    """Neither what is confirmed nor what has no answer; the error carries what stands."""
    effect = ledger.intend(run, "submission", "TZ0101A/600/11/2026/01", {})
    if state == "confirmed":
        effect = ledger.confirm(effect.id, {"number": "03706/2026/07906"})
    with pytest.raises(EffectStands) as stands:
        ledger.intend(run, "submission", "TZ0101A/600/11/2026/01", {})
    assert stands.value.effect == effect
    assert stands.value.effect.state == state
    assert ledger.effects(run) == [effect]


@pytest.mark.parametrize("end", [lambda books, e: books.refuse(e, "Hồ sơ không hợp lệ"), lambda books, e: books.supersede(e)])
def test_what_fell_is_attempted_anew(ledger, run, end):
    """After a refusal, or when a newer registration takes its place, the next attempt has the next number."""
    first = ledger.intend(run, "registration", "9901000019", {})
    fallen = end(ledger, first.id)
    second = ledger.intend(run, "registration", "9901000019", {})
    assert [fallen.attempt, second.attempt, second.state] == [1, 2, "intent"]
    assert ledger.newest("registration", "9901000019") == second
    assert ledger.effects(run) == [fallen, second]


def test_a_superseded_registration_keeps_its_receipt(ledger, run):
    """What was confirmed stays readable after it has fallen."""
    effect = ledger.intend(run, "registration", "9901000019", {})
    ledger.confirm(effect.id, {"number": "DK2026-000001"})
    fallen = ledger.supersede(effect.id)
    assert [fallen.state, fallen.receipt] == ["superseded", {"number": "DK2026-000001"}]


def test_an_effect_moves_only_forward(ledger, run):
    """Each state says where it can go; anything else is refused and changes nothing."""

    def states(key, *moves):
        effect = ledger.intend(run, "k", key, {})
        for move in moves:
            move(effect.id)
        return effect.id

    confirm, refuse = (lambda e: ledger.confirm(e, {"n": "1"})), (lambda e: ledger.refuse(e, "không"))
    for key, moves, then in [
        ("1", [confirm], [confirm, refuse]),
        ("2", [refuse], [confirm, refuse, ledger.supersede]),
        ("3", [ledger.supersede], [confirm, refuse, ledger.supersede]),
    ]:
        effect = states(key, *moves)
        before = ledger.newest("k", key)
        for move in then:
            with pytest.raises(WrongState):
                move(effect)
        assert ledger.newest("k", key) == before
    with pytest.raises(WrongState):
        ledger.confirm(12345, {})


def test_the_newest_of_an_organisation(ledger, run, tmp_path):
    """By organisation and kind, whatever the key; another organisation's does not count."""
    other = ledger.begin_run("register", "song-lo", {}, tmp_path)
    ledger.intend(run, "registration", "a", {})
    newest = ledger.intend(run, "registration", "b", {})
    ledger.intend(run, "submission", "c", {})
    ledger.intend(other, "registration", "d", {})
    assert ledger.newest_by_organisation("registration", "hoa-binh") == newest
    assert ledger.newest_by_organisation("registration", "kim-lien") is None
    assert ledger.newest("registration", "none") is None


def test_a_question_is_asked_and_settled_once(ledger, run, tmp_path):
    """Open, then answered or expired, and not both; the answer is nowhere."""
    first, second = (ledger.ask(run, "captcha", tmp_path / "captcha.png") for _ in range(2))
    ledger.answered(first)
    ledger.expired(second)
    assert [(q.state, q.picture) for q in ledger.questions(run)] == [
        ("answered", str(tmp_path / "captcha.png")),
        ("expired", str(tmp_path / "captcha.png")),
    ]
    for settle in (ledger.answered, ledger.expired):
        with pytest.raises(WrongState):
            settle(first)

"""A dossier's way: every step from where it may begin, refused from anywhere else, and what the books keep of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from robot.ledger import WrongState
from robot.ledger.item import STATES, ItemStands, LostLease, Proof
from robot.ledger.queue_tables import items
from tests.doubles.way import KEY, LEASE_S, NUMBER, PROOFS, RECEIPT, SAID, brought, new

BEFORE = {"claimed", "prepared", "signed"}
# Each step: where it may begin, and where it leads.
STEPS = {
    "prepared": ({"claimed"}, lambda books, claim: books.prepared(claim), {"prepared"}),
    "signed": ({"prepared"}, lambda books, claim: books.signed(claim), {"signed"}),
    "intend": ({"signed"}, lambda books, claim: books.intend(claim, {}), {"intent"}),
    "accept": ({"intent", "unknown"}, lambda books, claim: books.accept(claim, RECEIPT, PROOFS), {"accepted"}),
    "refuse": (BEFORE | {"intent"}, lambda books, claim: books.refuse(claim, SAID), {"refused"}),
    "turn_away": ({"intent"}, lambda books, claim: books.turn_away(claim, "signed out"), {"planned"}),
    "lose_sight": ({"intent"}, lambda books, claim: books.lose_sight(claim, "no answer"), {"unknown"}),
    "saw_absent": ({"unknown"}, lambda books, claim: books.saw_absent(claim, NUMBER, 0), {"unknown", "planned"}),
    "postpone": (BEFORE | {"unknown"}, lambda books, claim: books.postpone(claim, "later", 60), {"unknown", "planned"}),
    "hold": (BEFORE | {"unknown"}, lambda books, claim: books.hold(claim, SAID), {"held"}),
}
OWNED = ("claimed", "prepared", "signed", "intent", "unknown")


def _claimed(ledger, run, state):
    item = brought(ledger, run, state)
    return ledger.protocol.claim(run, LEASE_S, item=item.id) if state == "unknown" else item


@pytest.mark.parametrize("step", STEPS)
def test_a_step_begins_where_it_may_and_nowhere_else(ledger, submitting, step):
    """From each state of a claimed item the step leads where the table says, or is refused and changes nothing."""
    begins, take, leads = STEPS[step]
    for number, state in enumerate(OWNED, start=1):
        dossier = new(f"TZ0101A/600/11/2026/{number:02}")
        item = brought(ledger, submitting, state, dossier)
        claim = ledger.protocol.claim(submitting, LEASE_S, item=item.id) if state == "unknown" else item
        if state in begins:
            assert take(ledger.protocol, claim).state in leads
            continue
        with pytest.raises(WrongState):
            take(ledger.protocol, claim)
        assert ledger.queue.item(claim.id) == claim


def test_the_whole_way_is_in_the_books(ledger, submitting):
    """Each step is a move with its run and fence; the effect is confirmed with receipt and proofs; nobody has the item."""
    done = brought(ledger, submitting, "done")
    moves = ledger.queue.moves(done.id)
    way = ["planned", "claimed", "prepared", "signed", "intent", "accepted", "done"]
    assert [(move.before, move.after) for move in moves] == list(zip([None, *way], way, strict=False))
    assert [move.run for move in moves] == [None, *[submitting] * 5, None]
    (effect,) = ledger.attempts("submission", KEY)
    assert [effect.state, effect.receipt, [proof["kind"] for proof in effect.proofs]] == [
        "confirmed",
        RECEIPT,
        ["page", "network"],
    ]
    assert [done.run, done.lease, done.effect, done.fence] == [None, None, effect.id, 1]


WRONG_PROOFS = {
    "none": (),
    "one": (Proof("page", NUMBER),),
    "one kind twice": (Proof("page", NUMBER), Proof("page", NUMBER)),
    "two numbers": (Proof("page", NUMBER), Proof("network", "00002/2026/07906")),
    "no number": (Proof("page", ""), Proof("network", "")),
    "another number than the receipt's": (Proof("page", "9/2026/07906"), Proof("network", "9/2026/07906")),
    "a kind that is none": (Proof("page", NUMBER), Proof("hearsay", NUMBER)),
}


@pytest.mark.parametrize("proofs", WRONG_PROOFS.values(), ids=WRONG_PROOFS)
def test_an_acceptance_needs_two_kinds_of_evidence_of_one_number(ledger, submitting, proofs):
    """Anything less leaves the item where it was."""
    claim = brought(ledger, submitting, "intent")
    with pytest.raises(WrongState):
        ledger.protocol.accept(claim, RECEIPT, proofs)
    assert ledger.queue.item(claim.id).state == "intent"


def test_a_receipt_without_a_number_is_none(ledger, submitting):
    """Two proofs that agree on nothing prove nothing."""
    claim = brought(ledger, submitting, "intent")
    with pytest.raises(WrongState):
        ledger.protocol.accept(claim, {"number": ""}, (Proof("page", ""), Proof("network", "")))


@pytest.mark.parametrize("state", OWNED)
def test_a_lost_claim_moves_nothing(ledger, submitting, tmp_path, state):
    """After another run has the item, every step of the first one is refused, the intent before all."""
    first = _claimed(ledger, submitting, state)
    ledger.end_run(submitting, "abandoned")
    (given,) = ledger.protocol.recover()
    assert given.state == ("planned" if state in BEFORE else "unknown")
    other = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    second = ledger.protocol.claim(other, LEASE_S, item=first.id)
    assert second.fence == first.fence + 1
    for _, take, _ in STEPS.values():
        with pytest.raises(LostLease):
            take(ledger.protocol, first)
    with pytest.raises(LostLease):
        ledger.protocol.renew(first, LEASE_S)
    assert ledger.queue.item(first.id) == second


def _expire(ledger, item):
    with ledger._store.writing() as books:
        books.execute(update(items).where(items.c.id == item.id).values(lease=datetime.now(UTC) - timedelta(seconds=1)))


def test_no_intent_after_the_lease_is_over(ledger, submitting):
    """A run that slept too long must renew before it may click, even where nobody has taken the item from it."""
    claim = brought(ledger, submitting, "signed")
    _expire(ledger, claim)
    with pytest.raises(LostLease):
        ledger.protocol.intend(claim, {})
    assert ledger.attempts("submission", KEY) == []
    assert ledger.protocol.intend(ledger.protocol.renew(claim, LEASE_S), {}).state == "intent"


@pytest.mark.parametrize("state", OWNED)
def test_recover_takes_what_has_no_living_owner(ledger, submitting, state):
    """A lease that is over, or a run that has ended: planned again before the intent, unknown after it; the rest is left."""
    claim = _claimed(ledger, submitting, state)
    assert ledger.protocol.recover() == []
    _expire(ledger, claim)
    (given,) = ledger.protocol.recover()
    assert [given.id, given.run, given.state] == [claim.id, None, "planned" if state in BEFORE else "unknown"]
    assert ledger.protocol.recover() == []
    assert (ledger.queue.moves(claim.id)[-1].why or "").startswith("run ")


def test_no_intent_by_a_run_that_has_ended(ledger, submitting):
    """A run that was reaped does not click."""
    claim = brought(ledger, submitting, "signed")
    ledger.end_run(submitting, "abandoned")
    with pytest.raises(WrongState):
        ledger.protocol.intend(claim, {})
    assert ledger.attempts("submission", KEY) == []


def test_absent_twice_a_lag_apart_is_sent_again_with_the_next_number(ledger, submitting):
    """The first look counts, the second frees the item; the effect is absent with its proof, and the next intent is attempt 2."""
    claim = _claimed(ledger, submitting, "unknown")
    once = ledger.protocol.saw_absent(claim, NUMBER, 0)
    assert [once.state, once.looks, once.run] == ["unknown", 1, None]
    claim = ledger.protocol.claim(submitting, LEASE_S, item=claim.id)
    twice = ledger.protocol.saw_absent(claim, NUMBER, 0)
    assert [twice.state, twice.looks, twice.effect] == ["planned", 0, None]
    (effect,) = ledger.attempts("submission", KEY)
    assert [effect.state, effect.proofs[0]["kind"]] == ["absent", "lookup"]
    assert NUMBER in effect.proofs[0]["said"]
    claim = ledger.protocol.claim(submitting, LEASE_S)
    ledger.protocol.intend(ledger.protocol.signed(ledger.protocol.prepared(claim)), {})
    assert [effect.attempt for effect in ledger.attempts("submission", KEY)] == [1, 2]


def test_looks_too_early_do_not_count(ledger, submitting):
    """Within the lag after the intent, and within the lag after the first look; the item says when the next is worth making."""
    claim = _claimed(ledger, submitting, "unknown")
    for _ in range(3):
        early = ledger.protocol.saw_absent(claim, NUMBER, 600)
        assert [early.state, early.looks] == ["unknown", 0]
        assert early.not_before > datetime.now(UTC)
        claim = ledger.protocol.claim(submitting, LEASE_S, item=claim.id)
    once = ledger.protocol.saw_absent(claim, NUMBER, 0)
    claim = ledger.protocol.claim(submitting, LEASE_S, item=once.id)
    again = ledger.protocol.saw_absent(claim, NUMBER, 600)
    assert [again.state, again.looks, again.looked] == ["unknown", 1, once.looked]


def test_absence_without_a_control_proves_nothing(ledger, submitting):
    """A list that shows nothing that is known to be there may just be lying."""
    claim = _claimed(ledger, submitting, "unknown")
    with pytest.raises(WrongState):
        ledger.protocol.saw_absent(claim, "", 0)
    assert ledger.queue.item(claim.id) == claim


def test_a_held_item_has_its_question(ledger, submitting):
    """In one transaction, with the choices that fit: what was never sent can be retried, what may be sent must be looked into."""
    never = brought(ledger, submitting, "held")
    maybe = ledger.protocol.claim(
        submitting, LEASE_S, item=brought(ledger, submitting, "unknown", new("TZ0101A/600/11/2026/02")).id
    )
    maybe = ledger.protocol.hold(maybe, SAID)
    asked = {question.item: question for question in ledger.questions(submitting)}
    assert [asked[never.id].choices, asked[maybe.id].choices] == [["retry", "cancel"], ["sent", "absent", "cancel"]]
    assert {(question.kind, question.state, question.said["vi"]) for question in asked.values()} == {
        ("held", "open", "không nhận")
    }
    assert ledger.protocol.claim(submitting, LEASE_S) is None


def test_unknown_comes_before_new_and_priority_before_age(ledger, submitting):
    """The organisation's next item: one whose sending is unknown, then the most urgent, then the oldest; not what is not due."""
    keys = [f"TZ0101A/600/11/2026/{number:02}" for number in range(1, 6)]
    unknown = brought(ledger, submitting, "unknown", new(keys[0]))
    plain, later = (ledger.queue.plan(new(key)) for key in keys[1:3])
    urgent = ledger.queue.plan(new(keys[3]).__class__(**{**new(keys[3]).__dict__, "priority": 5}))
    ledger.queue.plan(new(keys[4], organisation="song-lo"))
    ledger.protocol.postpone(ledger.protocol.claim(submitting, LEASE_S, item=later.id), "not yet", 600)
    order = [ledger.protocol.claim(submitting, LEASE_S, organisation="hoa-binh") for _ in range(4)]
    assert [item.id if item else None for item in order] == [unknown.id, urgent.id, plain.id, None]
    assert [item.state for item in order[:3]] == ["unknown", "claimed", "claimed"]
    assert ledger.protocol.claim(submitting, LEASE_S, item=later.id).id == later.id


def test_a_run_takes_items_of_its_own_organisation_only(ledger, submitting):
    """Its browser is logged in there, and its token would sign for another."""
    other = ledger.queue.plan(new(organisation="song-lo"))
    assert ledger.protocol.claim(submitting, LEASE_S, item=other.id) is None
    with pytest.raises(WrongState):
        ledger.protocol.claim(submitting, LEASE_S, organisation="song-lo")
    ledger.end_run(submitting, "done")
    with pytest.raises(WrongState):
        ledger.protocol.claim(submitting, LEASE_S)


def test_done_is_for_what_was_accepted(ledger, submitting):
    """Never from anywhere else; said twice, it is done all the same."""
    done = brought(ledger, submitting, "done", new("TZ0101A/600/11/2026/99"))
    assert ledger.protocol.done(done) == done
    for number, state in enumerate(set(STATES) - {"accepted", "done", "cancelled"}, start=1):
        item = brought(ledger, submitting, state, new(f"TZ0101A/600/11/2026/{number:02}"))
        with pytest.raises(WrongState):
            ledger.protocol.done(item)


def test_what_was_accepted_is_done_when_its_run_has_ended(ledger, submitting):
    """A run killed between receipt and end leaves nothing to do, except where a file waits to be archived."""
    item = brought(ledger, submitting, "accepted", new("TZ0101A/600/11/2026/01"))
    waiting = brought(ledger, submitting, "accepted", replace(new("TZ0101A/600/11/2026/02"), source="outbox"))
    ledger.protocol.recover()
    assert [ledger.queue.item(one.id).state for one in (item, waiting)] == ["done", "accepted"]


def test_an_amendment_that_comes_to_nothing_leaves_the_first_standing(ledger, submitting):
    """The first is superseded by the intent of the second, stands again when that one is refused, and is not sent anew."""
    first = brought(ledger, submitting, "done")
    second = brought(ledger, submitting, "intent", new(letter="b"), amends=first.id)
    assert [effect.state for effect in ledger.attempts("submission", KEY)] == ["superseded", "intent"]
    refused = ledger.protocol.refuse(second, SAID)
    assert [effect.state for effect in ledger.attempts("submission", KEY)] == ["confirmed", "refused"]
    for letter, same in (("a", True), ("c", False)):
        with pytest.raises(ItemStands) as stands:
            ledger.queue.plan(new(letter=letter))
        assert stands.value.same_bytes is same
    third = brought(ledger, submitting, "done", new(letter="c"), amends=refused.id)
    assert [effect.state for effect in ledger.attempts("submission", KEY)] == ["superseded", "refused", "confirmed"]
    assert third.amends == refused.id


@pytest.mark.parametrize("end", ["turn_away", "absent"])
def test_an_amendment_turned_away_or_absent_is_sent_as_an_amendment_again(ledger, submitting, end):
    """What it amends stands in between, and is superseded by the next intent."""
    first = brought(ledger, submitting, "done")
    claim = brought(ledger, submitting, "intent", new(letter="b"), amends=first.id)
    if end == "turn_away":
        item = ledger.protocol.turn_away(claim, "signed out")
    else:
        item = ledger.protocol.lose_sight(claim, "no answer")
        for _ in range(2):
            item = ledger.protocol.saw_absent(ledger.protocol.claim(submitting, LEASE_S, item=item.id), NUMBER, 0)
    assert item.state == "planned"
    assert ledger.attempts("submission", KEY)[0].state == "confirmed"
    claim = ledger.protocol.claim(submitting, LEASE_S, item=item.id)
    ledger.protocol.intend(ledger.protocol.signed(ledger.protocol.prepared(claim)), {})
    assert [effect.state for effect in ledger.attempts("submission", KEY)][::2] == ["superseded", "intent"]

"""The queue: a matter is planned once, sent once, and amended only by the operator's word."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from robot.errors import NameUnknown
from robot.ledger import WrongState
from robot.ledger.item import STATES, ItemStands
from robot.ledger.queue_tables import items
from tests.doubles.way import KEY, NUMBER, SAID, brought, new

ON_ITS_WAY = ("claimed", "prepared", "signed", "intent", "unknown", "accepted")


@pytest.mark.parametrize("state", ["planned", *ON_ITS_WAY, "held"])
def test_a_matter_on_its_way_is_planned_once(ledger, submitting, state):
    """The same file is the item that it was; other bytes are refused and name it."""
    item = brought(ledger, submitting, state)
    assert ledger.queue.plan(new()) == item
    with pytest.raises(ItemStands) as stands:
        ledger.queue.plan(new(letter="b"))
    assert [stands.value.item, stands.value.same_bytes] == [item, False]
    assert ledger.queue.items(key=KEY) == [item]


@pytest.mark.parametrize(("letter", "same"), [("a", True), ("b", False)])
def test_what_was_sent_is_not_planned_again(ledger, submitting, letter, same):
    """Neither the same bytes nor others; the refusal carries the receipt."""
    done = brought(ledger, submitting, "done")
    with pytest.raises(ItemStands) as stands:
        ledger.queue.plan(new(letter=letter))
    assert [stands.value.item, stands.value.effect.receipt["number"], stands.value.same_bytes] == [done, NUMBER, same]


def test_what_the_page_refused_may_be_tried_again_and_what_a_verdict_refused_only_corrected(ledger, submitting):
    """A refusal without a receipt may have passed; bytes that a verdict has refused are refused for good, amended or not."""
    refused = brought(ledger, submitting, "refused")
    done = brought(ledger, submitting, "done")
    assert done.id != refused.id
    letter = {
        "number": NUMBER,
        "head": {},
        "faults": {"en": [], "vi": []},
        "text": "",
        "said": {"vi": "cấu trúc", "en": "structure"},
    }
    ledger.book_verdict("hoa-binh", "<1@portal>", "invalid", done.effect, **letter)
    assert ledger.queue.item(done.id).state == "refused"
    for amends in (None, done.id):
        with pytest.raises(ItemStands) as stands:
            ledger.queue.plan(new(), amends)
        assert [stands.value.same_bytes, stands.value.effect.said] == [True, "cấu trúc"]
    assert brought(ledger, submitting, "done", new(letter="b")).state == "done"


def test_why_and_where_a_verdict_refuses_a_dossier_is_kept_in_both_languages(ledger, submitting):
    """The dossier says it as the verdict does, to each person in theirs."""
    done = brought(ledger, submitting, "done")
    faults = {"vi": [{"field": "pa", "says": "thiếu"}], "en": [{"field": "pa", "says": "missing"}]}
    letter = {"number": NUMBER, "head": {}, "faults": faults, "text": "", "said": {"vi": "cấu trúc", "en": "structure"}}
    ledger.book_verdict("hoa-binh", "<1@portal>", "invalid", done.effect, **letter)
    item = ledger.queue.item(done.id)
    assert {"vi": "cấu trúc", "en": "structure"} == item.said
    assert [faults["vi"], faults["en"]] == [item.faults_in("vi"), item.faults_in("en")]


@pytest.mark.parametrize("state", ["planned", "held"])
def test_what_was_never_sent_gives_way_to_what_amends_it(ledger, submitting, state):
    """It is cancelled, its question lapses, and the new one takes its place."""
    first = brought(ledger, submitting, state)
    second = ledger.queue.plan(new(letter="b"), first.id)
    assert [ledger.queue.item(first.id).state, second.state, second.amends] == ["cancelled", "planned", first.id]
    why = ledger.queue.moves(first.id)[-1]
    assert ["amended", "amended", "được thay bằng tệp khác"] == [why.why, why.why_in("en"), why.why_in("vi")]
    assert {question.state for question in ledger.questions(submitting)} <= {"expired"}


@pytest.mark.parametrize("state", ON_ITS_WAY)
def test_what_is_on_its_way_is_not_amended(ledger, submitting, state):
    """What became of it must be known first."""
    first = brought(ledger, submitting, state)
    with pytest.raises(WrongState):
        ledger.queue.plan(new(letter="b"), first.id)
    assert ledger.queue.item(first.id) == first


def test_an_amendment_is_of_the_same_matter(ledger, submitting):
    """Neither an item of another matter nor one that is not there."""
    other = brought(ledger, submitting, "done", new("TZ0101A/600/11/2026/02"))
    for amends in (other.id, 999):
        with pytest.raises(WrongState):
            ledger.queue.plan(new(), amends)


def test_an_intent_from_before_the_queue_is_looked_up(ledger, submitting):
    """The same bytes become an item whose outcome is unknown; other bytes are refused."""
    sent = ledger.intend(submitting, "submission", KEY, {"sha256": "a" * 64})
    with pytest.raises(ItemStands):
        ledger.queue.plan(new(letter="b"))
    adopted = ledger.queue.plan(new())
    assert [adopted.state, adopted.effect] == ["unknown", sent.id]
    assert ledger.queue.items(key=KEY) == [adopted]


def test_items_are_found_by_what_they_are(ledger, submitting):
    """By state, organisation and matter, at most so many; an unknown number is said."""
    first = brought(ledger, submitting, "refused")
    second = ledger.queue.plan(new("TZ0101A/600/11/2026/02"))
    other = ledger.queue.plan(new("TZ0202B/600/11/2026/01", organisation="song-lo"))
    assert ledger.queue.items() == [first, second, other]
    assert ledger.queue.items(limit=1) == [first]
    assert ledger.queue.items(states=("planned", "refused"), organisation="hoa-binh") == [first, second]
    assert ledger.queue.items(key=other.key) == [other]
    ledger.queue.file_moved(first.id, "/refused/a.xml")
    assert ledger.queue.item(first.id).file == "/refused/a.xml"
    with pytest.raises(NameUnknown):
        ledger.queue.item(999)


RULES = [
    {"state": "perhaps"},
    {"source": "hearsay"},
    *(
        {"state": state}
        for state in ("claimed", "prepared", "signed", "intent", "unknown", "accepted", "done", "held", "refused")
    ),
    {"lease": datetime(2026, 1, 1, tzinfo=UTC)},
    {"run": "no such run", "lease": datetime(2026, 1, 1, tzinfo=UTC), "state": "claimed"},
    {"key": KEY},
]


@pytest.mark.parametrize("wrong", RULES, ids=lambda wrong: "-".join(map(str, wrong.values()))[:40])
def test_the_schema_itself_refuses_what_must_not_be(ledger, wrong):
    """An item without its owner, its sending or its reason; a second item of a matter on its way."""
    ledger.queue.plan(new())
    row = {**new("TZ0101A/600/11/2026/02").__dict__, "state": "planned", "fence": 0, "looks": 0}
    now = datetime.now(UTC)
    with pytest.raises(IntegrityError), ledger._store.writing() as books:
        books.execute(insert(items).values(**{**row, "added": now, "changed": now, **wrong}))


def test_every_state_has_its_name():
    """In both languages, so that no list shows a code."""
    from robot.texts import LANGUAGES, Text

    for state in STATES:
        for language in LANGUAGES:
            assert Text(f"item_states.{state}").say(language)
    assert SAID.keys() == set(LANGUAGES)

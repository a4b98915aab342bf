"""A dossier's way to the portal: sent once, seen in two ways, looked up where it was not seen, held where nothing tells."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from robot.dossier import DossierHead
from robot.errors import Cancelled, DossierUnreadable, OutcomeUnknown, PortalUnavailable, Refused, SessionExpired
from robot.flow import Proof, Receipt, Seen, Submission
from robot.ledger import Ledger
from robot.ledger.item import NewItem
from robot.settings import Ledger as LedgerSettings
from robot.settings.submission import Submission as Ways

KEY = "TZ0101A/600/11/2026/01"
RECEIPT = Receipt(kind="dossier", number="00009/2026/00131", at="22/11/2026 22:39:44")
CONTROL = "00001/2026/00131"
FOUND = Seen(RECEIPT, (Proof("lookup", RECEIPT.number), Proof("number", RECEIPT.number)))


def dossier_head(sha256="a" * 64, name="a.xml"):
    """The head of a made-up dossier of the matter KEY."""
    return DossierHead(Path(name), 1, sha256, "9901000019", "TZ0101A", "600", "11/2026", "00131")


class List:
    """The portal's list as a look-up sees it: one answer a look, in order; an error is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.wanted = []

    def seek(self, wanted):
        """The next answer."""
        self.wanted.append(wanted)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield books


@pytest.fixture
def begin(ledger, tmp_path):
    """Begin a run with a dossier, up to the moment before the click."""

    def at_the_click(head=None, lag_s=0.0):
        run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
        submission = Submission(ledger, Ways(lag_s=lag_s), run, "hoa-binh", head or dossier_head(), 1)
        if submission.receipt is None and not submission.lost_sight:
            submission.prepared()
            submission.signed()
        return submission

    return at_the_click


@pytest.fixture
def known(ledger, tmp_path):
    """Another dossier of the organisation, known to be there."""
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    effect = ledger.intend(run, "submission", "TZ0101A/600/10/2026/01", {"sha256": "c" * 64})
    ledger.confirm(effect.id, {"kind": "dossier", "number": CONTROL, "at": ""})


def _lose(submission, look_up):
    with pytest.raises(OutcomeUnknown), submission.sending(look_up):
        raise PlaywrightError("Timeout 30000ms exceeded")


def test_the_intent_is_in_the_books_before_the_click(ledger, begin):
    """Inside the block, where the click is, the books say intent; two kinds of proof make it accepted, and done."""
    submission = begin()
    with submission.sending(List()) as sent:
        assert (ledger.newest("submission", KEY).state, ledger.queue.item(submission.claim.id).state) == ("intent", "intent")
        sent.seen("page", RECEIPT)
        sent.seen("network", RECEIPT)
    assert (submission.taken, submission.item.state) == (RECEIPT, "done")
    assert [proof["kind"] for proof in ledger.newest("submission", KEY).proofs] == ["page", "network"]


def test_a_receipt_seen_in_one_way_is_looked_up(begin):
    """The page alone is no acceptance: the list decides."""
    submission, shown = begin(), List(FOUND)
    with submission.sending(shown) as sent:
        sent.seen("page", RECEIPT)
        sent.seen("network", None)
    assert (submission.taken, len(shown.wanted)) == (RECEIPT, 1)


def test_proofs_that_contradict_each_other_hold_it(ledger, begin):
    """Page and list show one number and the network another: a person decides, and nothing is sent again."""
    submission, other = begin(), Receipt(kind="dossier", number="00010/2026/00131")

    def send():
        with submission.sending(List(FOUND)) as sent:
            sent.seen("page", RECEIPT)
            sent.seen("network", other)

    with pytest.raises(OutcomeUnknown):
        send()
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["held"]


def test_trouble_after_the_click_is_looked_up_and_the_same_file_is_not_sent_again(ledger, begin):
    """A time-out does not mean that nothing was clicked: found in the list it is accepted, and a later run gets its receipt."""
    submission = begin()
    with submission.sending(List(FOUND)):
        raise PlaywrightError("Timeout 30000ms exceeded")
    assert submission.taken == RECEIPT
    assert begin().receipt == RECEIPT
    assert len(ledger.attempts("submission", KEY)) == 1


def test_other_bytes_of_the_same_matter_are_refused(begin):
    """Whether the first file is sent or only planned, another one of the same matter is no retry."""
    submission = begin()
    with pytest.raises(DossierUnreadable):
        begin(dossier_head("b" * 64))
    with submission.sending(List(FOUND)):
        raise PlaywrightError("Timeout")
    with pytest.raises(DossierUnreadable):
        begin(dossier_head("b" * 64))


def test_absent_twice_beside_a_known_dossier_is_sent_again(ledger, begin, known):
    """One look is not enough; the second frees the matter, and its next sending is attempt 2."""
    del known
    shown = List(Seen(control_seen=True), Seen(control_seen=True))
    _lose(begin(), shown)
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["unknown"]
    again = begin()
    assert again.lost_sight
    with pytest.raises(OutcomeUnknown):
        again.settle(shown)
    assert shown.wanted[0].control == CONTROL
    assert ([item.state for item in ledger.queue.items(key=KEY)], ledger.newest("submission", KEY).state) == (
        ["planned"],
        "absent",
    )
    third = begin()
    with third.sending(List()) as sent:
        sent.seen("page", RECEIPT)
        sent.seen("network", RECEIPT)
    assert ledger.newest("submission", KEY).attempt == 2


def test_two_looks_too_close_together_are_one(ledger, begin, known):
    """Within the portal's lag an absence says nothing: the matter stays unknown however often it is looked for."""
    del known
    shown = List(*[Seen(control_seen=True)] * 4)
    _lose(begin(lag_s=600), shown)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            begin(lag_s=600).settle(shown)
    assert [(item.state, item.looks) for item in ledger.queue.items(key=KEY)] == [("unknown", 0)]


@pytest.mark.parametrize("seen", [Seen(why="empty"), Seen(control_seen=False, why="two fit")])
def test_a_look_that_proves_nothing_holds_it_for_a_person(ledger, begin, known, seen):
    """The question is in the books with the item, and a further run does not send."""
    del known
    _lose(begin(), List(seen))
    (item,) = ledger.queue.items(key=KEY)
    assert (item.state, ledger.newest("submission", KEY).state) == ("held", "intent")
    with pytest.raises(OutcomeUnknown):
        begin()


def test_without_a_known_dossier_an_empty_list_proves_nothing(ledger, begin):
    """The first dossier of all has no control: it is held."""
    _lose(begin(), List(Seen(control_seen=True)))
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["held"]


def test_a_list_that_is_not_to_be_had_changes_nothing(ledger, begin, known):
    """Unknown it was, unknown it stays; the cause is told."""
    del known
    with (
        pytest.raises(OutcomeUnknown) as told,
        begin().sending(List(PortalUnavailable("portal_unavailable", address="a", why="b"))),
    ):
        raise PlaywrightError("Timeout")
    assert isinstance(told.value.__cause__, PortalUnavailable)
    assert [(item.state, item.looks) for item in ledger.queue.items(key=KEY)] == [("unknown", 0)]


def test_a_refusal_in_words_ends_it_and_a_session_that_ended_does_not(ledger, begin):
    """The portal said no to the dossier: refused. It said that nobody is signed in: planned again, and attempt 2 may follow."""
    with pytest.raises(SessionExpired), begin().sending(List()):
        raise SessionExpired("session_expired", said="hết hạn")
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["planned"]
    with pytest.raises(Refused), begin().sending(List()):
        raise Refused("refused", said="không")
    assert [(item.state, item.said["vi"]) for item in ledger.queue.items(key=KEY)] == [("refused", "Cổng từ chối: không")]
    assert ledger.newest("submission", KEY).attempt == 2


@pytest.mark.parametrize("no", [SessionExpired("session_expired", said="hết hạn"), Refused("refused", said="không")])
def test_a_no_after_a_receipt_is_looked_up(ledger, begin, no):
    """Signed out or refused when a receipt has been seen: the portal has it, and nothing is planned anew."""
    submission = begin()
    with submission.sending(List(FOUND)) as sent:
        sent.seen("network", RECEIPT)
        raise no
    assert submission.taken == RECEIPT
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["done"]


def test_a_receipt_that_the_list_does_not_show_is_no_absence(ledger, begin, known):
    """The network showed a number, the list shows only the control: a person decides, and nothing is sent again."""
    del known
    submission, shown = begin(), List(Seen(control_seen=True))

    def send():
        with submission.sending(shown) as sent:
            sent.seen("network", RECEIPT)

    with pytest.raises(OutcomeUnknown):
        send()
    assert [item.state for item in ledger.queue.items(key=KEY)] == ["held"]


@pytest.mark.parametrize(("seen", "state"), [(FOUND, "done"), (Seen(control_seen=True), "refused")])
def test_a_refusal_of_what_is_sent_again_may_be_about_the_one_before(ledger, begin, known, seen, state):
    """Proved absent, and there after all: the list is looked at once more, from the first sending's time on."""
    del known
    shown = List(Seen(control_seen=True), Seen(control_seen=True), seen)
    _lose(begin(), shown)
    with pytest.raises(OutcomeUnknown):
        begin().settle(shown)
    third = begin()
    refused = Refused("refused", said="đã được tiếp nhận")
    with contextlib.nullcontext() if state == "done" else pytest.raises(Refused), third.sending(shown):
        raise refused
    assert [item.state for item in ledger.queue.items(key=KEY)] == [state]
    assert shown.wanted[2].since == ledger.attempts("submission", KEY)[0].intended


def test_a_number_named_by_a_person_is_looked_up(ledger, begin, known):
    """What the person answered is what the next look seeks."""
    del known
    _lose(begin(), List(Seen(why="empty")))
    (question,) = ledger.open_questions()
    ledger.care.decide(question, f"sent {RECEIPT.number}")
    shown = List(Seen(RECEIPT, (Proof("person", RECEIPT.number), Proof("lookup", RECEIPT.number))))
    again = begin()
    assert again.settle(shown) == RECEIPT
    assert shown.wanted[0].said == RECEIPT.number


def test_stopped_by_a_person_after_the_click_it_is_unknown_and_not_looked_up(ledger, begin):
    """The browser is going: the next start looks."""
    shown = List()
    with pytest.raises(Cancelled), begin().sending(shown):
        raise Cancelled("cancelled")
    assert ([item.state for item in ledger.queue.items(key=KEY)], shown.wanted) == (["unknown"], [])


def test_a_dossier_that_another_run_has_is_left_alone(ledger, begin):
    """Two runs of the same file: the second one is told, and the first one's claim holds."""
    first = begin()
    with pytest.raises(OutcomeUnknown):
        begin()
    ledger.protocol.renew(first.claim, 60)


def test_a_dossier_from_the_outbox_is_done_when_its_file_is_in_the_archive(ledger, begin):
    """Accepted is not done: the file must be put away first."""
    head = dossier_head()
    ledger.queue.plan(NewItem("hoa-binh", KEY, "a.xml", "a.xml", head.sha256, 1, source="outbox"))
    submission = begin(replace(head))
    with submission.sending(List(FOUND)):
        raise PlaywrightError("Timeout")
    assert submission.item.state == "accepted"

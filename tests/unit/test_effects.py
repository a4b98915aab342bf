"""Effects outside: what is in the books at the click, and what becomes of an outcome that is not known."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Error as PlaywrightError

from robot.errors import Cancelled, OutcomeUnknown, PortalUnavailable, Refused
from robot.flow import Receipt
from robot.flow.desk import Cancel
from robot.flow.effects import Effects
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings

KEY = "TZ0101A/600/11/2026/01"
RECEIPT = Receipt(kind="dossier", number="00001/2026/00131", at="22/11/2026 22:39:44")


class Deaf:
    """Progress that nobody watches."""

    def say(self, text):
        """Nobody hears it, but it must be sayable."""
        assert text.say("vi")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield books


@pytest.fixture
def effects(ledger, tmp_path):
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    return Effects(SimpleNamespace(ledger=ledger, progress=Deaf(), cancel=Cancel()), run)


def test_the_intent_is_in_the_books_before_the_click(ledger, effects):
    """Inside the block, where the click is, the books already say intent; after the receipt they say confirmed."""
    with effects.effect("submission", KEY, None, {}) as sent:
        assert ledger.newest("submission", KEY).state == "intent"
        sent.confirm(RECEIPT)
    newest = ledger.newest("submission", KEY)
    assert ("confirmed", RECEIPT.model_dump()) == (newest.state, dict(newest.receipt))


def test_a_refusal_in_words_closes_the_effect_and_allows_another(ledger, effects):
    """The portal said no: booked as refused, and a later attempt is a new one."""
    with pytest.raises(Refused), effects.effect("submission", KEY, None, {}):
        raise Refused("refused", said="không")
    assert ledger.newest("submission", KEY).state == "refused"
    with effects.effect("submission", KEY, None, {}) as sent:
        sent.confirm(RECEIPT)
    assert ledger.newest("submission", KEY).attempt == 2


@pytest.mark.parametrize(
    "trouble", [PlaywrightError("Timeout 30000ms exceeded"), PortalUnavailable("portal_unavailable", address="a", why="b"), None]
)
def test_trouble_after_the_intent_is_looked_up(ledger, effects, trouble):
    """A time-out, a portal that went away, or a block that read no receipt: the look-up decides, and the receipt is booked."""
    with effects.effect("submission", KEY, lambda: RECEIPT, {}) as sent:
        if trouble:
            raise trouble
    assert sent.receipt == RECEIPT
    assert ledger.newest("submission", KEY).state == "confirmed"


def _fails() -> Receipt | None:
    raise PortalUnavailable("portal_unavailable", address="a", why="b")


@pytest.mark.parametrize("look_up", [None, lambda: None, _fails], ids=["none", "finds nothing", "fails itself"])
def test_what_cannot_be_looked_up_stays_open(ledger, effects, look_up):
    """Nothing found is not absence: the outcome is unknown, the intent stays, and a second click is refused by the books."""
    with pytest.raises(OutcomeUnknown), effects.effect("submission", KEY, look_up, {}):
        raise PlaywrightError("Timeout")
    assert ledger.newest("submission", KEY).state == "intent"
    clicked = []
    with pytest.raises(OutcomeUnknown), effects.effect("submission", KEY, None, {}):
        clicked.append("again")
    assert clicked == []


def test_a_cancelled_effect_stays_open_and_is_not_looked_up(ledger, effects):
    """Stopped by a person between click and receipt: the intent stays for the next start to look up."""
    looked = []
    with pytest.raises(Cancelled), effects.effect("submission", KEY, lambda: looked.append(1), {}):
        raise Cancelled("cancelled")
    assert ("intent", []) == (ledger.newest("submission", KEY).state, looked)


def test_an_open_effect_is_settled_by_what_the_look_up_found(ledger, effects):
    """Found: confirmed with its receipt. Not found: held, and still open."""
    with pytest.raises(OutcomeUnknown), effects.effect("submission", KEY, None, {"sha256": "a" * 64}):
        raise PlaywrightError("Timeout")
    opened = effects.earlier("submission", KEY).open
    with pytest.raises(OutcomeUnknown):
        effects.settle(opened, None)
    assert ledger.newest("submission", KEY).state == "intent"
    assert effects.settle(opened, RECEIPT) == RECEIPT
    assert ledger.newest("submission", KEY).state == "confirmed"

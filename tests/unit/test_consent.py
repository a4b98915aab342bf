"""The question before a click on what the map's first way does not find: who is asked, how often, and what each answer means."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Error as PlaywrightError

from robot.errors import PageUnexpected, PersonAwaited
from robot.flow.consent import Consent
from robot.flow.desk import Cancel
from robot.flow.tape import NoTape
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings
from robot.settings.model import Questions

DOUBT = ["certificates.confirm: button “Ký số” ≠ button “Xác nhận”"]


class Gone:
    """An element of a page that has gone: it can be asked for no picture."""

    def element_handle(self):
        raise PlaywrightError("gone")


class Starts:
    """Starts of a flow, each a run of its own; `typed` is what somebody at the terminal says, None where nobody sits there."""

    def __init__(self, ledger, folder):
        self.ledger, self._folder, self.typed, self.told = ledger, folder, None, []
        self.begin()

    def begin(self):
        run = self.ledger.begin_run("register", "hoa-binh", {}, self._folder)
        settings = SimpleNamespace(questions=Questions())
        progress = SimpleNamespace(prompt=lambda _text, _over=None: self.typed)
        desk = SimpleNamespace(
            settings=settings, ledger=self.ledger, progress=progress, tape=NoTape(), tell=self.told.append, cancel=Cancel()
        )
        self.consent = Consent(desk, run, "hoa-binh")
        return self

    def ask(self, doubt=DOUBT):
        self.consent.ask(SimpleNamespace(page=None), Gone(), "certificates.confirm", doubt)


@pytest.fixture
def starts(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield Starts(books, tmp_path)


def test_nobody_there_leaves_the_question_open_and_the_next_start_goes_by_its_answer(starts):
    """It is asked once, told once; no start asks it again before somebody has answered, and yes counts for the next one."""
    with pytest.raises(PersonAwaited):
        starts.ask()
    question = starts.ledger.newest_question("consent", "hoa-binh")
    assert ("open", ["yes", "no"], [question.id]) == (question.state, list(question.choices), starts.told)
    with pytest.raises(PersonAwaited, match=f"answer {question.id} yes"):
        starts.begin().ask()
    starts.ledger.lapse()
    starts.ledger.answer(question.id, "yes")
    starts.begin().ask()
    assert [question.id] == starts.told
    with pytest.raises(PersonAwaited):
        starts.ask(["another difference"])


@pytest.mark.parametrize("typed", ["n", "no", "không", "?"])
def test_anything_but_a_yes_is_a_no(starts, typed):
    """Nothing is pressed, and the error says how the map is mended."""
    starts.typed = typed
    with pytest.raises(PageUnexpected, match="nothing was sent"):
        starts.ask()


@pytest.mark.parametrize("typed", ["y", "YES", "có", "C"])
def test_a_yes_at_the_terminal_is_asked_for_once_in_a_run(starts, typed):
    """The same click of the same run is not asked about again; another run's is."""
    starts.typed = typed
    starts.ask()
    starts.typed = None
    starts.ask()
    with pytest.raises(PersonAwaited):
        starts.begin().ask()

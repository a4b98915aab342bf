"""An activation refused twice: the question that it becomes, and what each answer lets the next start do."""

from types import SimpleNamespace

import pytest

from robot.errors import ActivationRefused, PersonAwaited, Refused, UsageError
from robot.flow.activations import Activations
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings

ORGANISATION = SimpleNamespace(name="Hòa Bình", tax_code="0100109106")


class Starts:
    """Starts of a flow: each a run of its own, which registers and enters a code."""

    def __init__(self, ledger, folder):
        self.ledger, self._folder = ledger, folder
        self.told = []
        self.begin()

    def begin(self):
        self._run = self.ledger.begin_run("onboard", "hoa-binh", {}, self._folder)
        desk = SimpleNamespace(ledger=self.ledger, tell=self.told.append)
        self.activations = Activations(desk, self._run, "hoa-binh", ORGANISATION)
        return self.activations

    def register(self):
        newest = self.ledger.newest("registration", ORGANISATION.tax_code)
        if newest is not None:
            self.ledger.supersede(newest.id)
        sent = self.ledger.intend(self._run, "registration", ORGANISATION.tax_code, {})
        self.ledger.confirm(sent.id, {"number": "1"})

    def enter(self, key="a", *, taken=False):
        with self.activations.entering():
            sent = self.ledger.intend(self._run, "activation", key, {})
            if taken:
                self.ledger.confirm(sent.id, {"number": "1"})
                return
            self.ledger.refuse(sent.id, "no")
            raise ActivationRefused("activation_refused", said="Mã kích hoạt không đúng")

    def refused_twice(self):
        self.register()
        with pytest.raises(ActivationRefused):
            self.enter()
        self.register()
        with pytest.raises(Refused, check=lambda error: error.text.key == "errors.activation_refused_again") as twice:
            self.enter("b")
        assert not isinstance(twice.value, ActivationRefused)
        return self.ledger.newest_question("activation", "hoa-binh")


@pytest.fixture
def starts(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield Starts(books, tmp_path)


def test_the_second_refusal_is_a_question_that_people_are_told_of(starts):
    """The first one is not: its remedy is a new registration, which the robot makes by itself."""
    asked = starts.refused_twice()
    assert ([asked.id], ["again", "stop"], "open", "") == (starts.told, list(asked.choices), asked.state, asked.picture)
    assert "Hòa Bình" in asked.said["vi"]


def test_nothing_is_sent_while_it_is_open(starts):
    """The next start waits for a person."""
    starts.refused_twice()
    with pytest.raises(PersonAwaited):
        starts.begin().anew()


def test_again_lets_the_next_start_register_anew_once(starts):
    """Registered, the answer is used up; two more refusals are a new question."""
    asked = starts.refused_twice()
    starts.ledger.answer(asked.id, "again")
    assert starts.begin().anew()
    starts.register()
    assert not starts.activations.anew()
    with pytest.raises(ActivationRefused):
        starts.enter("c")
    starts.register()
    with pytest.raises(Refused):
        starts.enter("d")
    assert [asked.id, asked.id + 1] == starts.told


def test_stop_stops_until_a_person_registers(starts):
    """Every start says so, and sends nothing; a registration by a person's own hand begins anew."""
    starts.ledger.answer(starts.refused_twice().id, "stop")
    for _ in range(2):
        with pytest.raises(UsageError, check=lambda error: error.text.key == "errors.activation_stopped"):
            starts.begin().anew()
    starts.register()
    assert not starts.begin().anew()


def test_a_registration_by_hand_settles_the_open_question(starts):
    """Nobody need answer any more."""
    starts.refused_twice()
    starts.register()
    assert not starts.begin().anew()
    assert [] == starts.ledger.open_questions()


def test_one_that_was_taken_between_two_refusals_is_the_end_of_the_first(starts):
    """Refused, taken, and years later refused: once in a row."""
    with pytest.raises(ActivationRefused):
        starts.enter()
    starts.enter("b", taken=True)
    with pytest.raises(ActivationRefused):
        starts.enter("c")
    assert [] == starts.told

"""Which dossiers of a session are on their way to the token: while two are, no further window is opened."""

from types import SimpleNamespace

import pytest

from robot.drive.night import dossier


@pytest.fixture
def work(monkeypatch):
    """A dossier just begun, and a clock of its own."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(dossier.time, "monotonic", lambda: clock.now)
    begun = dossier.Work(None, None, None, None, 0)
    begun.clock = clock
    return begun


@pytest.mark.parametrize(("state", "is_so"), [(None, True), ("claimed", True), ("prepared", False), ("intent", False)])
def test_until_it_is_prepared(work, state, is_so):
    """Filled in, it waits for the token or the portal, and the processor is free for the next."""
    work._session = SimpleNamespace(claim=SimpleNamespace(state=state) if state else None)
    assert work.is_being_prepared is is_so


def test_one_that_waits_for_a_person_holds_up_no_window(work):
    """Nobody knows how long that takes."""
    assert work.is_being_prepared
    work.clock.now += dossier.PREPARED_S
    assert not work.is_being_prepared

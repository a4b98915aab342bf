"""A run that takes long keeps what it has for itself, and lets others go on while it waits for a person."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from robot.drive.night.tabs import TabCancel
from robot.errors import PersonAwaited
from robot.flow import Submission
from robot.flow.desk import Cancel
from robot.flow.questions import ask_person
from robot.flow.tape import NoTape
from robot.ledger.item import LostLease
from robot.settings.submission import Submission as Ways
from tests.unit.test_submission import KEY, dossier_head

LEASE_S = 0.3


@pytest.fixture
def waiting(office, tmp_path):
    """A run that has a dossier for a short while and asks a person; `ask` waits for the answer."""
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    submission = Submission(office.ledger, Ways(lease_s=LEASE_S), run, "hoa-binh", dossier_head(), 1)

    def made(cancel, **questions):
        settings = office.settings.model_copy(update={"questions": office.settings.questions.model_copy(update=questions)})
        progress = SimpleNamespace(prompt=lambda text, over: None)  # noqa: ARG005 - the parameters' names are the seam's
        desk = SimpleNamespace(
            tape=NoTape(), settings=settings, ledger=office.ledger, progress=progress, cancel=cancel, tell=lambda _: None
        )
        return lambda: ask_person(desk, run, "hoa-binh", "captcha", tmp_path / "captcha.png")

    return submission, made


def _looked_after(office, done):
    """Take over from the dead until it is done, as every other command does; what was taken."""
    taken = []
    while not done():
        taken += office.ledger.protocol.recover()
        time.sleep(LEASE_S / 10)
    return taken


def test_a_claim_is_renewed_while_a_person_is_waited_for(office, waiting):
    """Three times its lease later the run still has the dossier, and may send it."""
    submission, made = waiting
    cancel = Cancel()
    cancel.alive = submission.keep
    fence = submission.claim.fence
    with ThreadPoolExecutor(1) as other:
        asking = other.submit(made(cancel, wait_s=3 * LEASE_S))
        assert [] == _looked_after(office, asking.done)
        with pytest.raises(PersonAwaited):
            asking.result()
    assert fence == submission.claim.fence
    submission.prepared()


def test_a_claim_that_nobody_keeps_is_lost(office, waiting):
    """Without a sign of life it is planned again, and the run that had it cannot go on; a late sign changes nothing."""
    submission, _ = waiting
    done = time.monotonic() + 60
    assert KEY == next(item.key for item in iter(lambda: next(iter(office.ledger.protocol.recover()), None), 0) if item)
    assert time.monotonic() < done
    submission.keep()
    with pytest.raises(LostLease):
        submission.prepared()
    assert ["planned"] == [item.state for item in office.ledger.queue.items(key=KEY)]


def test_a_claim_is_not_written_at_every_step(office, tmp_path):
    """While more than half of its time is left, nothing is."""
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    submission = Submission(office.ledger, Ways(lease_s=600), run, "hoa-binh", dossier_head(), 1)
    lease = submission.claim.lease
    submission.keep()
    assert lease == office.ledger.queue.item(submission.claim.id).lease


def test_a_tab_that_waits_for_a_person_lets_the_others_go_on(waiting):
    """While the settings' program asks, the page's own loop runs again and again: keep-alive and other tabs are served by it."""
    submission, made = waiting
    served = []
    page = SimpleNamespace(wait_for_timeout=lambda ms: served.append(ms) or time.sleep(ms / 1000))
    cancel = TabCancel(page)
    cancel.alive = submission.keep
    command = (sys.executable, "-c", "import time; time.sleep(0.6); print('K7MP')")
    assert "K7MP" == made(cancel, answer_command=command)()
    assert len(served) >= 3, "the program alone takes long enough for many more"

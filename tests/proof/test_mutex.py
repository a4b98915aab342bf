"""The proof mutex in short: few jobs, much trouble; and the token's stand-in sees a second user."""

import multiprocessing
import time

import pytest

from tests.proof import mutex
from tests.waiting import until

pytestmark = pytest.mark.proof


def test_a_token_has_one_user_at_a_time(tmp_path):
    """Workers are cancelled and killed, what uses a token too: every job is done, no token had two users."""
    used = mutex.prove(mutex.Bench(tmp_path, ""), 12, 5, trouble_every=4)
    assert used.good, used
    assert used.cancelled + used.killed > 0


def test_a_second_user_is_seen(tmp_path):
    """Without the guard, who takes a token in use leaves a line; a dead user's file is nobody's."""
    bench = mutex.Bench(tmp_path, "", guarded=False)
    first = multiprocessing.get_context("forkserver").Process(target=mutex._hold, args=(bench, 0, 60))
    first.start()
    until(lambda: (tmp_path / "token-0").exists() and (tmp_path / "token-0").read_text(), "the first user")
    mutex._hold(bench, 0, 0)
    assert bench.overlaps.read_text() == "0\n"
    first.kill()
    first.join()
    before = time.monotonic()
    mutex._hold(bench, 0, 0)
    assert bench.overlaps.read_text() == "0\n"
    assert time.monotonic() - before < 5
    assert not (tmp_path / "token-0").exists()

"""The proof kbhxh in short: a kill in every phase, seeded."""

import os

import pytest

from robot.kbhxh import Options, SetUp, upgrade
from tests.proof import kbhxh


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch):
    """An upgrade brings all the machine's unwritten bytes to the disk; whatever else writes there, a test need not wait for."""
    monkeypatch.setattr(os, "sync", lambda: None, raising=False)


def _here(old, new, setup):
    """In this process: what the command adds is tested elsewhere."""
    return upgrade(old, new, Options(SetUp(setup, ("{new}",)))).resumed, ""


@pytest.mark.proof
def test_a_kill_in_any_phase_loses_nothing(tmp_path):
    """Killed in each phase, and started again: complete, equal, the old folder untouched, what stood in the new one kept."""
    said = []
    done = kbhxh.kills(tmp_path, len(kbhxh.KINDS), 120, 7, said.append, _here)
    assert [(kill.phase, kill.good) for kill in done] == [(phase, True) for phase in kbhxh.KINDS], said
    assert all(kill.resumed >= kill.copied for kill in done if kill.phase != "state"), said

"""An old and a new program folder of KBHXH, for each test its own."""

import os
from pathlib import Path

import pytest

from fixtures.kbhxh import make_fresh, make_program

CARRIED = ("Data", "Config")
MIB = 1 << 20


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch):
    """An upgrade brings all the machine's unwritten bytes to the disk; whatever else writes there, a test need not wait for."""
    monkeypatch.setattr(os, "sync", lambda: None, raising=False)


@pytest.fixture
def old(tmp_path) -> Path:
    return make_program(tmp_path / "KBHXH cũ", 60)


@pytest.fixture
def new(tmp_path) -> Path:
    return make_fresh(tmp_path / "KBHXH mới")

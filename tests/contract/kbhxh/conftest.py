"""An old and a new program folder of KBHXH, for each test its own."""

from pathlib import Path

import pytest

from fixtures.kbhxh import make_fresh, make_program

CARRIED = ("Data", "Config")
MIB = 1 << 20


@pytest.fixture
def old(tmp_path) -> Path:
    return make_program(tmp_path / "KBHXH cũ", 60)


@pytest.fixture
def new(tmp_path) -> Path:
    return make_fresh(tmp_path / "KBHXH mới")

"""Books of their own for each test, with one run begun in them."""

import pytest

from robot import settings
from robot.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(settings.Ledger(), tmp_path) as opened:
        yield opened


@pytest.fixture
def run(ledger, tmp_path):
    return ledger.begin_run("register", "hoa-binh", {"dot": "01"}, tmp_path / "evidence")

"""Books of their own for each test, on SQLite and on PostgreSQL: the same tests, since the rules are the same."""

import pytest

from robot import settings
from robot.ledger import Ledger


@pytest.fixture(scope="session")
def empty_books(postgres, tmp_path_factory):
    """A database on the server with empty books, which the tests' own are copies of: quicker than migrating each."""
    address = postgres.database()
    Ledger.open(settings.Ledger(url=address), tmp_path_factory.mktemp("none")).close()
    return address.rpartition("/")[2].partition("?")[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request):
    """The books' address as `ledger.url` has it; empty for the SQLite file in the robot's home."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres")
    made = server.database(request.getfixturevalue("empty_books"))
    yield made
    server.drop(made)


@pytest.fixture
def ledger(address, tmp_path):
    with Ledger.open(settings.Ledger(url=address), tmp_path) as opened:
        yield opened


@pytest.fixture
def run(ledger, tmp_path):
    return ledger.begin_run("register", "hoa-binh", {"dot": "01"}, tmp_path / "evidence")

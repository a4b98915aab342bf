"""Books of their own for each test, on SQLite and on PostgreSQL: the same tests, since the rules are the same."""

import pytest
from sqlalchemy import create_engine, text

from robot import settings
from robot.ledger import Ledger, tables


@pytest.fixture(scope="session")
def books_on_server(postgres, tmp_path_factory):
    """The address of books on the server, used by one test after the other: quicker than a database a test."""
    made = postgres.database()
    Ledger.open(settings.Ledger(url=made), tmp_path_factory.mktemp("none")).close()
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request):
    """The address of empty books as `ledger.url` has it; empty itself for the SQLite file in the robot's home."""
    if request.param == "sqlite":
        yield ""
        return
    made = request.getfixturevalue("books_on_server")
    yield made
    engine = create_engine(made)
    with engine.begin() as books:
        books.execute(text(f"TRUNCATE {', '.join(tables.books.tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture
def ledger(address, tmp_path):
    with Ledger.open(settings.Ledger(url=address), tmp_path) as opened:
        yield opened


@pytest.fixture
def run(ledger, tmp_path):
    return ledger.begin_run("register", "hoa-binh", {"dot": "01"}, tmp_path / "evidence")


@pytest.fixture
def submitting(ledger, tmp_path):
    """A run that may send dossiers of the organisation `hoa-binh`."""
    return ledger.begin_run("submit", "hoa-binh", {}, tmp_path / "evidence")

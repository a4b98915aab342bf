"""What every room's tests may use: the stand-in world as a running process, one a test worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.faults import WorldFaults
from fixtures.portal.faults import Faults
from fixtures.world import Layout, started
from fixtures.world.handle import World


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Iterator[World]:
    """A world with all organisations, shared by the tests of one worker: a test uses an organisation of its own, or cleans up."""
    # A folder with a space and Vietnamese letters, as a user's own may have.
    directory = tmp_path_factory.mktemp("world") / "thế giới"
    with started(directory) as state:
        yield World(Layout(directory.resolve()), state)


@pytest.fixture
def faults(world) -> Iterator[Faults]:
    """The world's faults; whatever a test sets is cleared after it."""
    yield world.faults
    world.faults.clear()


@pytest.fixture
def chain(world) -> Iterator[WorldFaults]:
    """Faults of portal and chain; whatever a test sets is cleared after it."""
    yield world.chain
    world.chain.clear()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server, one a test process; a test takes a database of its own and drops it."""
    from tests.doubles.postgres import postgres, programs

    if programs() is None:
        pytest.skip("no PostgreSQL server is installed here, and fixtures/up.sh installs one only where there is apt")
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def double_library(tmp_path_factory) -> Path:
    """The scripted PKCS#11 driver, built once a process; it is loaded like any driver."""
    from tests.doubles.pkcs11.script import build

    return build(tmp_path_factory.mktemp("double"))


@pytest.fixture
def double(double_library, tmp_path, monkeypatch):
    """The scripted driver with a script of the test's own, in this process's environment too."""
    from tests.doubles.pkcs11.script import Double

    made = Double(double_library, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made

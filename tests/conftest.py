"""What every room's tests may use: the stand-in world as a running process, one a test worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.faults import WorldFaults
from fixtures.organisations import ORGANISATIONS, Organisation
from fixtures.portal.faults import Faults
from fixtures.portal.truth import Truth
from fixtures.world import Layout, Ran, run_robot, started


@dataclass(frozen=True)
class World:
    """A world that is up: `state` is what `up` printed."""

    layout: Layout
    state: dict[str, Any]

    @property
    def faults(self) -> Faults:
        """Sets and clears faults by tax code."""
        return Faults(self.layout.truth)

    def organisation(self, key: str) -> Organisation:
        """The organisation of this key."""
        return ORGANISATIONS[key]

    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """What really happened at the portal so far."""
        return Truth(self.layout.truth).snapshot()

    def dossier(self, key: str, name: str = "BHXHDienTu.xml") -> Path:
        """A sample dossier of the organisation."""
        return self.layout.dossiers / key / name

    def robot_at(self, key: str, *arguments: str, **variables: str) -> Ran:
        """The same with the settings of one organisation's own desk and line: these meet every fault that is set for it."""
        own = {"VSS_ROBOT_SETTINGS": str(self.layout.settings_of(key)), **self.chain.variables(key)}
        return self.robot(*arguments, **{**own, **variables})

    @property
    def chain(self) -> WorldFaults:
        """Sets and clears faults of portal and chain by the organisation's key."""
        return WorldFaults(self.layout)

    def robot(self, *arguments: str, **variables: str) -> Ran:
        """Run the real command with this world's settings; the vault's pass phrase goes by file descriptor."""
        return run_robot(self.layout, *arguments, variables=variables)


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

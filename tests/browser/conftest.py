"""What the tests of whole runs share: organisations that have an account, and what a run left behind."""

import itertools
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from fixtures.world.accounts import give_account

_rounds = itertools.count(1)


@pytest.fixture(scope="session")
def account(world) -> Callable[[str], None]:
    """Sees to it that an organisation has an account at the portal and its credentials in the vault, by no run of the robot.

    Each time anew: another test may have onboarded the organisation meanwhile, with a vault of its own.
    """
    return partial(give_account, world.layout)


@pytest.fixture
def own_home(world, tmp_path) -> str:
    """A home of the robot's own, with the world's vault: no profile of an earlier run, and no manifest in one, lies in it."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "vault.cfg").write_bytes((world.layout.settings.parent / "vault.cfg").read_bytes())
    return str(home)


@pytest.fixture
def settled_home(account, request) -> Callable[[str], str]:
    """A home of the robot's own for an organisation that has an account, whose password is in the vault."""

    def make(key: str) -> str:
        account(key)
        home: str = request.getfixturevalue("own_home")  # only now: it takes the vault as it is
        return home

    return make


@pytest.fixture
def fresh_books(tmp_path) -> dict[str, str]:
    """What names books that begin with the test: no earlier registration counts, so onboarding begins at the beginning.

    Letters of earlier onboardings still lie in the mailboxes.
    """
    return {"VSS_ROBOT_LEDGER__URL": f"sqlite:///{tmp_path / 'books.sqlite'}"}


@pytest.fixture
def round_number() -> str:
    """A round no other test of this worker uses: the same file in another round is another matter for the portal."""
    return str(next(_rounds))


@pytest.fixture
def accepted(world) -> Callable[[str, str], list[str]]:
    """The numbers under which the portal has accepted an organisation's dossier of a round."""

    def numbers(key: str, round_number: str) -> list[str]:
        unit = world.organisation(key).unit_code
        rows = [row for row in world.truth()["dossiers"] if row["unit_code"] == unit and row["number"]]
        return [row["number"] for row in rows if int(row["round"]) == int(round_number)]

    return numbers


def pictures(said: dict) -> list[Path]:
    """The screenshots of a run, in order."""
    return sorted((Path(said["evidence"]) / "screenshots").glob("*.png"))


def notes(said: dict, stream: str) -> list[dict]:
    """The lines of one stream of a run's evidence."""
    file = Path(said["evidence"]) / f"{stream}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

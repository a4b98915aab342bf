"""Dossiers without end: each of a matter of its own (a month and a round), so that the portal takes every one."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.dossiers.container import Plan, make_dossier
from fixtures.dossiers.people import make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.token import open_signer
from fixtures.world import Layout

ROUNDS = 99  # of a month
MADE_ON = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Dossier:
    """A file and its round."""

    file: Path
    round_number: int


class Pile:
    """An organisation's dossiers, made as they are taken."""

    def __init__(self, layout: Layout, key: str, year: int = 2024) -> None:
        """Their months are those of `year` and before: two piles of one world need years far apart."""
        self._layout = layout
        self._key = key
        self._year = year
        self._made = itertools.count()

    def take(self, number: int) -> list[Dossier]:
        """So many more."""
        return list(self._take(number))

    def _take(self, number: int) -> Iterator[Dossier]:
        organisation = ORGANISATIONS[self._key]
        with open_signer(self._layout.directory, organisation) as key:
            for made in itertools.islice(self._made, number):
                month = f"{12 - made // ROUNDS % 12:02d}/{self._year - made // ROUNDS // 12}"
                file = self._layout.dossiers / f"{self._year}-{made:05d}.xml"
                file.write_bytes(make_dossier(Plan(organisation, month, make_people(1, seed=made), MADE_ON), key))
                yield Dossier(file, made % ROUNDS + 1)

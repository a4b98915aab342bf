"""Dossiers by the hundred: every mutation named at its place, no false error in valid ones, robot and portal of one mind.

The robot's checker and the portal's were written apart, each from the description. What they find is compared by place (form,
row, field); places where they differ on purpose stand in `EXPLAINED` with the reason.
"""

import argparse
import datetime as dt
import io
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.dossiers.mutations import MUTATIONS
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from fixtures.portal.certificates import Authority
from fixtures.portal.structure import examine
from robot.dossier import Checker, Owner, load_authorities, load_rules
from tests.doubles.soft_key import SoftKey

HEALTHY = ("hoa-binh", "an-phu", "truong-son", "thai-son", "kim-lien")
# Places that only one of the two names, by mutation, with the reason; each was looked at by hand.
_SIGNER = "the robot knows the organisation by its settings and compares certificates with it, the portal with the dossier's code"
EXPLAINED: dict[str, str] = {
    "tax-code-check-digit": _SIGNER,
    "tax-code-missing": _SIGNER,
    "papers-unit-of-another": "the robot also warns that form and container name two units; the portal does not compare",
    "period-year-first": "the robot also warns that form and container name two periods; the portal does not compare",
}


@dataclass
class Figures:
    """What was counted; a list holds the names of those that were not as they should be."""

    mutations: int = 0
    named: int = 0
    valid: int = 0
    false_errors: list[str] = field(default_factory=list)
    not_named: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Nothing is left to explain."""
        return not (self.false_errors or self.not_named or self.differ)


def prove(folder: Path, valid: int, mutations: Sequence[str], seed: int, say: Callable[[str], None]) -> Figures:
    """Make, check and compare; `mutations` by name, `valid` ones by the seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up people need no cryptographic chance
    authority = make_authority(folder)
    keys = {name: SoftKey(authority, ORGANISATIONS[name]) for name in HEALTHY}
    checker = Checker(load_rules(), load_authorities([authority.certificate_path]))
    portal = Authority(authority.certificate_path)
    figures = Figures()

    def judged(name: str, data: bytes, key: str) -> tuple[set[tuple[str, int, str]], set[tuple[str, int, str]], int]:
        file = folder / (f"{name}.zip" if data.startswith(b"PK") else f"{name}.xml")
        file.write_bytes(data)
        row = ORGANISATIONS[key]
        checked = checker.check(file, Owner(key, row.tax_code, row.unit_code, row.agency_code))
        theirs = {defect.place for defect in examine(data, file.name, portal)}
        file.unlink()
        return {fault.place for fault in checked.faults}, theirs, len(checked.errors)

    for name in mutations:
        key = chance.choice(HEALTHY)
        plan = _plan(chance, key, rows=3, full=True)
        ours, theirs, _ = judged(name, MUTATIONS[name].make(plan, keys[key]), key)
        figures.mutations += 1
        if MUTATIONS[name].place in ours:
            figures.named += 1
        else:
            figures.not_named.append(f"{name}: {sorted(ours)}")
        if (ours == theirs) == (name in EXPLAINED):
            figures.differ.append(f"{name}: robot alone {sorted(ours - theirs)}, portal alone {sorted(theirs - ours)}")
    for number in range(valid):
        key = chance.choice(HEALTHY)
        data = make_dossier(_plan(chance, key, rows=chance.randrange(1, 30), full=chance.random() < 0.5), keys[key])
        ours, theirs, errors = judged(f"valid-{number}", _packed(data) if chance.random() < 0.25 else data, key)
        figures.valid += 1
        if errors or theirs or ours:
            figures.false_errors.append(f"valid-{number}: robot {sorted(ours)}, portal {sorted(theirs)}")
        if number % 50 == 0:
            say(f"{number} of {valid} valid dossiers")
    return figures


def _plan(chance: random.Random, key: str, *, rows: int, full: bool) -> Plan:
    period = f"{chance.randrange(1, 13):02d}/2025"
    people = make_people(rows, seed=chance.randrange(10**9))
    attachment = "Quyết định.pdf" if full else None
    return Plan(ORGANISATIONS[key], period, people, dt.date(2026, 1, 5), full, attachment, with_d01=full)


def _packed(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BHXHDienTu.xml", data)
    return packed.getvalue()


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"mutations {figures.mutations}, named at their place {figures.named}",
        f"valid {figures.valid}, with a fault found {len(figures.false_errors)}",
        f"robot and portal differ without an explanation: {len(figures.differ)}",
        *figures.not_named,
        *figures.false_errors,
        *figures.differ,
    ]


def main(arguments: Sequence[str]) -> int:
    """Prove and print; 1 where anything is left to explain."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof dossiers", description=__doc__)
    parser.add_argument("--valid", type=int, default=200, help="how many valid dossiers (200)")
    parser.add_argument("--seed", type=int, default=5, help="of the made-up people and plans (5)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="dossiers-") as name:
        figures = prove(Path(name), given.valid, tuple(MUTATIONS), given.seed, lambda line: print(line, file=sys.stderr))  # noqa: T201 - progress
    sys.stdout.writelines(line + "\n" for line in lines(figures))
    return 0 if figures.well else 1

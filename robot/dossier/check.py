"""Checks a dossier before it is uploaded: all that can be seen in the file, each fault by form, row and field."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from robot.dossier.checked_container import check_container
from robot.dossier.checked_form import check_form
from robot.dossier.checked_seal import Sealing, check_seals
from robot.dossier.findings import Findings
from robot.dossier.limits import CHECK_LIMITS, Limits
from robot.dossier.read import read_dossier
from robot.dossier.rules import Rules, load_rules

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

    from robot.dossier.fault import Fault
    from robot.dossier.model import Dossier


@dataclass(frozen=True)
class Owner:
    """Whose dossier it should be: the organisation's key in the settings, and its codes (empty where the settings have none)."""

    key: str
    tax_code: str
    unit_code: str = ""
    agency_code: str = ""


@dataclass(frozen=True)
class Checked:
    """A dossier with what is wrong with it; `left_out` counts faults beyond those kept."""

    dossier: Dossier
    faults: tuple[Fault, ...]
    left_out: int = 0

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that the portal would refuse it for, as far as is known."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What looks wrong and may not be, or is not known to matter."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")


@dataclass(frozen=True)
class Checker:
    """Checks dossiers by `rules`; signers' certificates must lead to one of `authorities` (where there are any)."""

    rules: Rules = field(default_factory=load_rules)
    authorities: tuple[x509.Certificate, ...] = ()
    limits: Limits = CHECK_LIMITS

    def check(self, file: Path, owner: Owner | None = None, now: datetime | None = None) -> Checked:
        """Read and check one file.

        Raises:
            DossierUnreadable: nothing of it can be checked.
        """
        return self.check_read(read_dossier(file, self.rules, self.limits), owner, now)

    def check_read(self, dossier: Dossier, owner: Owner | None = None, now: datetime | None = None) -> Checked:
        """Check a dossier that was read."""
        at = now or datetime.now(UTC)
        findings = Findings(dossier.file.name)
        if dossier.kind != "form":
            check_container(findings.at(), dossier, self.rules, owner, at)
        for form in dossier.forms:
            check_form(findings.at(form.code, form.file_name), form, self.rules, dossier)
        check_seals(findings, dossier, self.rules, Sealing(self.authorities, at, owner.tax_code if owner else dossier.tax_code))
        return Checked(dossier, tuple(findings.faults), findings.left_out)

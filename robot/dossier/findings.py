"""Where a check puts the faults it finds: the file and form that it stands at, and the sentences of each rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from robot.dossier.fault import CONTAINER, Fault, shown
from robot.texts import Text

if TYPE_CHECKING:
    from robot.dossier.rules import FieldRule

MOST = 1_000  # faults of one dossier; more are counted, not kept


@dataclass
class Findings:
    """The faults of one dossier, in the order found; `left_out` counts those over `MOST`."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    left_out: int = 0

    def at(self, form: str = CONTAINER, inner: str = "") -> Place:
        """A form's place: its code, and its file's name in the container."""
        return Place(self, form, inner)


@dataclass(frozen=True)
class Place:
    """One form, or the container."""

    findings: Findings
    form: str
    inner: str

    def broken(
        self,
        rule: str,
        name: str | FieldRule,
        value: str = "",
        *,
        row: int | None = None,
        guess: bool = False,
        warning: bool = False,
        **fills: Any,
    ) -> None:
        """Note that `rule` is broken at a field, given by its rule or, where it has none, its official name."""
        if len(self.findings.faults) >= MOST:
            self.findings.left_out += 1
            return
        official, label, personal = (name, name, False) if isinstance(name, str) else (name.name, name.label, name.personal)
        masked = shown(value, personal=personal)
        said = {"field": official, "label": label, "value": masked, **fills}
        self.findings.faults.append(
            Fault(
                file=self.findings.file,
                form=self.form,
                row=row,
                field=official,
                label_vi=label,
                value_masked=masked,
                rule=Text(f"rules.{rule}", said),
                mend=Text(f"mends.{rule}", said),
                severity="warning" if guess or warning else "error",
                guess=guess,
                inner=self.inner,
            )
        )

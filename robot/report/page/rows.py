"""What is wrong with a dossier, each fault beside the row it belongs to; persons' values are masked as `check` masks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.dossier import CONTAINER
from robot.dossier.fault import shown
from robot.report.page.words import told_as
from robot.report.said import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.dossier import Dossier, Rules
    from robot.dossier.rules import FieldRule


@dataclass(frozen=True)
class FaultTold:
    """One fault: the field by its label and official name, the value as it may be shown, what is asked, how to mend it."""

    label: str
    field: str
    value: str
    says: Said
    mend: Said
    severity: Said
    error: bool


@dataclass(frozen=True)
class Cell:
    """One value of a row."""

    label: str
    value: str
    wrong: bool


@dataclass(frozen=True)
class RowTold:
    """A row with its faults; `number` is None for the form as a whole, `cells` are empty where the file is not to be had."""

    number: int | None
    cells: tuple[Cell, ...]
    faults: tuple[FaultTold, ...]


@dataclass(frozen=True)
class FormTold:
    """A form of the dossier (or the container, or the file as such) that has faults."""

    code: str
    name: str
    inner: str
    rows: tuple[RowTold, ...]
    errors: int
    warnings: int


def forms(faults: Mapping[Any, Sequence[Mapping[str, Any]]], rules: Rules, dossier: Dossier | None = None) -> list[FormTold]:
    """The forms in the order of their first fault; `faults` by language, as `Fault.as_json` has them.

    Where only one language was kept, its sentences stand for the other's. `dossier` is the file that the faults are about.
    """
    vietnamese, english = faults.get("vi", ()), faults.get("en", ())
    pairs = list(zip(vietnamese or english, english or vietnamese, strict=False))
    places = dict.fromkeys((str(one.get("form", "")), str(one.get("inner", ""))) for one, _ in pairs)
    found = []
    for code, inner in places:
        own = [pair for pair in pairs if (str(pair[0].get("form", "")), str(pair[0].get("inner", ""))) == (code, inner)]
        rows = _rows(own, _values(dossier, code, inner), _fields(rules, code))
        errors = sum(fault.error for row in rows for fault in row.faults)
        found.append(FormTold(code, _name(rules, code), inner, tuple(rows), errors, len(own) - errors))
    return found


def _rows(
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    values: Mapping[int, Mapping[str, str]],
    fields: Mapping[str, FieldRule],
) -> list[RowTold]:
    """The form as a whole first, then its rows by number."""
    numbers = sorted({pair[0].get("row") or 0 for pair in pairs})
    rows = []
    for number in numbers:
        own = [pair for pair in pairs if (pair[0].get("row") or 0) == number]
        wrong = {str(vi.get("field", "")) for vi, _ in own}
        cells = tuple(
            Cell(rule.label if rule else name, shown(value, personal=rule is None or rule.personal), name in wrong)
            for name, value in values.get(number, {}).items()
            if value or name in wrong
            for rule in (fields.get(name),)
        )
        rows.append(RowTold(number or None, cells, tuple(_fault(vi, en) for vi, en in own)))
    return rows


def _fault(vietnamese: Mapping[str, Any], english: Mapping[str, Any]) -> FaultTold:
    severity = "guess" if vietnamese.get("guess") else str(vietnamese.get("severity") or "error")
    return FaultTold(
        label=str(vietnamese.get("label", "")),
        field=str(vietnamese.get("field", "")),
        value=str(vietnamese.get("value", "")),
        says=Said(str(vietnamese.get("says", "")), str(english.get("says", ""))),
        mend=Said(str(vietnamese.get("mend", "")), str(english.get("mend", ""))),
        severity=told_as(f"checked.{severity}") if severity in {"guess", "warning"} else told_as("checked.error"),
        error=severity not in {"guess", "warning"},
    )


def _values(dossier: Dossier | None, code: str, inner: str) -> Mapping[int, Mapping[str, str]]:
    """The rows of a form by number; a verdict names no inner file, then the first form of this code is meant."""
    found = [form for form in dossier.forms if form.code == code and inner in {"", form.file_name}] if dossier else []
    return {row.number: row.fields for row in found[0].rows} if found else {}


def _fields(rules: Rules, code: str) -> Mapping[str, FieldRule]:
    form = rules.forms.get(rules.root_of(code))
    return {rule.name: rule for rule in form.row} if form else {}


def _name(rules: Rules, code: str) -> str:
    form = rules.forms.get(rules.root_of(code))
    return form.name if form is not None else "BHXHDienTu.xml" if code == CONTAINER else ""

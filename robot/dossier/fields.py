"""Checks values against the rules of their fields; a row that fits costs one look a field."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.dossier.values import KINDS, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from robot.dossier.findings import Place
    from robot.dossier.rules import FieldRule


@dataclass(frozen=True)
class FieldCheck:
    """One field's rule made ready."""

    rule: FieldRule
    kind: Callable[[str], str]
    usual: Callable[[str], str]

    def check(self, place: Place, value: str, row: int | None) -> None:
        """Note what is wrong with a value that is there."""
        rule = self.rule
        if rule.most is not None and len(value) > rule.most:
            over = "digits_most" if rule.kind == "digits" else "too_long"
            place.broken(over, rule, value, row=row, guess=rule.guess, most=rule.most, length=len(value))
        elif broken := self.kind(value):
            place.broken(broken, rule, value, row=row, guess=rule.guess)
        elif unusual := self.usual(value):
            place.broken(unusual, rule, value, row=row, guess=rule.guess or rule.usual == "unit_code", warning=True)
        elif rule.above is not None and (number(value) or 0) <= rule.above:
            place.broken("above", rule, value, row=row, guess=rule.guess, above=f"{rule.above:g}")
        if rule.one_of and value not in rule.one_of:
            place.broken("one_of", rule, value, row=row, guess=rule.guess, known=", ".join(rule.one_of))
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            place.broken("not_nfc", rule, value, row=row, guess=True)


def made_ready(rules: Sequence[FieldRule]) -> tuple[FieldCheck, ...]:
    """The rules with their kinds looked up."""
    return tuple(FieldCheck(rule, KINDS[rule.kind], KINDS[rule.usual]) for rule in rules)


def check_fields(
    place: Place, checks: Sequence[FieldCheck], values: Mapping[str, str], twice: Sequence[str] = (), row: int | None = None
) -> None:
    """Check the fields of one form, container or row."""
    met = 0
    for check in checks:
        value = values.get(check.rule.name)
        met += value is not None
        if value:
            check.check(place, value, row)
        elif check.rule.required:
            place.broken("required", check.rule, row=row, guess=check.rule.guess)
    if met != len(values):
        _unknown(place, checks, values, row)
    for name in twice:
        place.broken("twice", _named(checks, name), row=row)


def _unknown(place: Place, checks: Sequence[FieldCheck], values: Mapping[str, str], row: int | None) -> None:
    known = [check.rule.name for check in checks]
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            place.broken("unknown_field", name[:100], row=row, guess=True, nearest=near[0] if near else "-")


def _named(checks: Sequence[FieldCheck], name: str) -> FieldRule | str:
    return next((check.rule for check in checks if check.rule.name == name), name[:100])

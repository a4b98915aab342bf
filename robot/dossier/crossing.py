"""Rules that look at more than one field, each by the name that a form's rule file calls it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from robot.dossier.values import date, month

if TYPE_CHECKING:
    from robot.dossier.model import Form

_CENTURIES: Final = 1900


@dataclass(frozen=True)
class Broken:
    """A rule broken: at which field, in which row (None for the form itself), with what fills the sentence."""

    row: int | None
    field: str
    rule: str
    fills: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    guess: bool = False


Predicate = Callable[["Form"], Iterator[Broken]]


def _months_in_order(form: Form) -> Iterator[Broken]:
    """`denThang` is not before `tuThang`: what "from" and "to" mean."""
    for row in form.rows:
        begin, end = month(row.fields.get("tuThang", "")), month(row.fields.get("denThang", ""))
        if begin and end and end < begin:
            yield Broken(row.number, "denThang", "months_in_order", {"begin": row.fields["tuThang"]})


def _person_twice(form: Form) -> Iterator[Broken]:
    """The same person with the same plan for the same months is one row too many; in another plan it may be meant."""
    seen: dict[str, dict[tuple[str, ...], int]] = {}
    for row in form.rows:
        name = "Masobhxh" if row.fields.get("Masobhxh") else "CCCD"
        person = row.fields.get(name, "")
        if not person:
            continue
        rest = tuple(row.fields.get(other, "") for other in ("pa", "tuThang", "denThang"))
        earlier = seen.setdefault(f"{name}:{person}", {})
        if rest in earlier:
            yield Broken(row.number, name, "person_twice", {"earlier": earlier[rest]})
        elif earlier:
            yield Broken(row.number, name, "person_again", {"earlier": next(iter(earlier.values()))}, guess=True)
        earlier.setdefault(rest, row.number)


def _citizen_id_fits_birth(form: Form) -> Iterator[Broken]:
    """Digits 4 to 6 of a CCCD tell century and sex, then the year of birth (Circular 59/2021/TT-BCA, article 3)."""
    number, born, sex = (form.fields.get(name, "") for name in ("CCCD", "ngaySinh", "gioiTinh"))
    day = date(born)
    if len(number) != 12 or not number.isdecimal() or not day:  # noqa: PLR2004 - the length of a CCCD
        return
    year = _CENTURIES + 100 * (int(number[3]) // 2) + int(number[4:6])
    if year != day.year or (sex in {"Nam", "Nữ"} and (int(number[3]) % 2 == 1) != (sex == "Nữ")):
        yield Broken(None, "CCCD", "citizen_id_fits_birth", guess=True)


PREDICATES: Final[Mapping[str, Predicate]] = MappingProxyType(
    {
        "months_in_order": _months_in_order,
        "person_twice": _person_twice,
        "citizen_id_fits_birth": _citizen_id_fits_birth,
    }
)

"""What a corrected dossier has other than the one before it, field by field; signatures apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from robot.dossier.fault import CONTAINER, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from robot.dossier.model import Declared, Dossier, Form, Row

What = Literal["field", "row_added", "row_removed"]
# Follow from the content, or are the row's own number.
_DERIVED = frozenset({"DoDaiFile", "NoiDungFile", "STT"})


@dataclass(frozen=True)
class Change:
    """One difference; `row` is counted in the newer dossier (in the older one for a row that is gone). Values are masked."""

    what: What
    form: str
    row: int | None
    field: str = ""
    before: str = ""
    after: str = ""


def changes(before: Dossier, after: Dossier) -> tuple[Change, ...]:
    """The differences in reading order; none where only signatures or layout differ."""
    return tuple(_changes(before, after))


def _changes(before: Dossier, after: Dossier) -> Iterator[Change]:
    yield from _fields(CONTAINER, None, before.fields, after.fields)
    yield from _attached(before.attachments, after.attachments)
    left = list(before.forms)
    for form in after.forms:
        other = next((each for each in left if each.code == form.code), None)
        if other is None:
            yield Change("field", CONTAINER, None, "MaToKhai", "", form.code)
            continue
        left.remove(other)
        yield from _fields(form.code, None, other.fields, form.fields)
        yield from _rows(other, form)
    for form in left:
        yield Change("field", CONTAINER, None, "MaToKhai", form.code, "")


def _attached(before: Sequence[Declared], after: Sequence[Declared]) -> Iterator[Change]:
    def digests(files: Sequence[Declared]) -> dict[str, str]:
        return {file.file_name: hashlib.sha256(file.raw or b"").hexdigest()[:12] for file in files}

    old, new = digests(before), digests(after)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change("field", "CT-DK", None, shown(name), old.get(name, ""), new.get(name, ""))


def _rows(before: Form, after: Form) -> Iterator[Change]:
    """Rows that are the same are matched first, so that one row put in between does not make all below it look changed."""
    old, new = [_told(row) for row in before.rows], [_told(row) for row in after.rows]
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        paired = min(last - first, end - start)
        for place in range(paired):
            row = after.rows[start + place]
            yield from _fields(after.code, row.number, before.rows[first + place].fields, row.fields)
        for gone in before.rows[first + paired : last]:
            yield Change("row_removed", before.code, gone.number)
        for come in after.rows[start + paired : end]:
            yield Change("row_added", after.code, come.number)


def _told(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in row.fields.items() if name not in _DERIVED))


def _fields(form: str, row: int | None, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new and name not in _DERIVED:
            personal = form != CONTAINER
            yield Change("field", form, row, name, shown(old, personal=personal), shown(new, personal=personal))

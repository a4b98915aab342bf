"""A list read as a table: its columns are told by their headings, so that one that has moved is read all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from robot.errors import PageUnexpected
from robot.portalmap.drift import Drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Locator

    from robot.portalmap.model import Table

TEXTS: Final = """(table, [heading, row, cell]) => {
  const texts = (root, css) => [...root.querySelectorAll(css)].map(each => each.innerText.trim());
  return {headings: texts(table, heading), rows: [...table.querySelectorAll(row)].map(each => texts(each, cell))};
}"""


def read_table(page: str, found: Locator, table: Table, statuses: Sequence[str] = ()) -> tuple[list[dict[str, str]], list[Drift]]:
    """The whole rows by our names of the columns, and what is not as the map says: the order of columns, an unknown status.

    Raises:
        PageUnexpected: `column_absent`.
    """
    shown: dict[str, Any] = found.evaluate(TEXTS, [table.heading, table.row, table.cell])
    headings: list[str] = shown["headings"]
    for heading in table.columns.values():
        if heading not in headings:
            raise PageUnexpected("column_absent", page=page, column=heading, found=", ".join(headings) or "-")
    places = {name: headings.index(heading) for name, heading in table.columns.items()}
    drifts = []
    if list(places.values()) != sorted(places.values()):
        known = ", ".join(table.columns.values())
        drifts.append(Drift(page, table.element, "columns", known, ", ".join(headings)))
    rows = [{name: row[place] for name, place in places.items()} for row in shown["rows"] if len(row) == len(headings)]
    if statuses:
        strange = dict.fromkeys(row["status"] for row in rows if row.get("status") not in {None, *statuses})
        drifts += [Drift(page, table.element, "status", ", ".join(statuses), status) for status in strange]
    return rows, drifts

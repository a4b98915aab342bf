"""The strict model of the portal map: pages, their elements, what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from robot.portalmap.ways import Way
from robot.settings.kinds import Strict
from robot.settings.model import PortalPaths

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["text", "password", "choice", "tick", "file", "button", "link", "picture", "part"]
"""What an element is to whoever uses it; `part` is anything that is not filled in, pressed or shown to a person."""


class Element(Strict):
    """Something on a page that a flow uses, by the ways to find it: the first that finds exactly one is taken.

    `within` is another element of the page. What is there `later` appears only after something was done. Of `many` there may be
    any number, none too. The click on an `effect` cannot be taken back. `attribute` is what is read of it, else its text.
    """

    find: tuple[Way, ...] = Field(min_length=1)
    kind: Kind = "part"
    within: str = ""
    later: bool = False
    many: bool = False
    effect: bool = False
    attribute: str = Field("", pattern=r"^[a-z-]*$")


class Table(Strict):
    """A list as a table: the element that is the table, selectors within it, and the heading of each column by our name."""

    element: str
    heading: str = Field(min_length=1)
    row: str = Field(min_length=1)
    cell: str = Field(min_length=1)
    columns: dict[str, str] = Field(min_length=1)


class Page(Strict):
    """A page, or a part of several pages (without a `path`).

    `path` is the key of its address in `[portal.paths]`; one that is `signed_in` is there only after a log-in. `parts` are parts
    of the page, each with the element it stands in (empty: anywhere). A page that goes on `again` after a receipt takes the next
    matter as it stands; where nothing went wrong on it, it is not loaded anew for that. Of the fields and buttons in the element
    `scope` all are known: `others` are those that no flow touches. `texts` fill words of the ways, and `query` has the names by
    which the page's address is narrowed.
    """

    about: str = Field(min_length=1)
    path: str = ""
    signed_in: bool = False
    again: bool = False
    scope: str = ""
    parts: dict[str, str] = Field(default_factory=dict)
    elements: dict[str, Element]
    others: tuple[Way, ...] = ()
    texts: dict[str, str] = Field(default_factory=dict)
    query: dict[str, str] = Field(default_factory=dict)
    table: Table | None = None
    statuses: tuple[str, ...] = ()

    @field_validator("path")
    @classmethod
    def _is_setting(cls, path: str) -> str:
        if path and path not in PortalPaths.model_fields:
            message = f"no setting of [portal.paths]: {', '.join(PortalPaths.model_fields)}"
            raise ValueError(message)
        return path

    @field_validator("elements")
    @classmethod
    def _are_named(cls, elements: dict[str, Element]) -> dict[str, Element]:
        wrong = [name for name in elements if not re.fullmatch(r"[a-z][a-z_]*", name)]
        if wrong:
            message = f"not a name of an element (small letters and _): {', '.join(wrong)}"
            raise ValueError(message)
        return elements

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        used = [(f"elements.{name}.within", element.within) for name, element in self.elements.items() if element.within]
        used += [(f"parts.{name}", root) for name, root in self.parts.items() if root]
        used += [("scope", self.scope)] if self.scope else []
        used += [("table.element", self.table.element)] if self.table is not None else []
        for place, name in used:
            if name not in self.elements:
                message = f"{place}: there is no element {name}"
                raise ValueError(message)
        for name in self.elements:
            list(self.chain(name))
        return self

    def chain(self, name: str) -> Iterator[tuple[str, Element]]:
        """The element and what it stands within, the outermost first.

        Raises:
            ValueError: they stand within one another.
        """
        found: list[tuple[str, Element]] = []
        while name:
            if any(name == seen for seen, _ in found):
                message = f"elements.{name}.within: stands within itself"
                raise ValueError(message)
            found.append((name, self.elements[name]))
            name = self.elements[name].within
        return reversed(found)


class PortalMap(Strict):
    """All pages by name."""

    pages: dict[str, Page]

    @model_validator(mode="after")
    def _has_parts(self) -> Self:
        for name, page in self.pages.items():
            for part in page.parts:
                if part not in self.pages or self.pages[part].path:
                    message = f"{name}.parts.{part}: there is no such part of a page"
                    raise ValueError(message)
        return self

"""One way to find an element on a page: by role and name, label, the form's own name of a field, text, or a selector."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from robot.settings.kinds import Strict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Locator, Page

Role = Literal[
    "alert",
    "button",
    "cell",
    "checkbox",
    "combobox",
    "dialog",
    "form",
    "grid",
    "heading",
    "img",
    "link",
    "list",
    "listbox",
    "listitem",
    "menuitem",
    "option",
    "radio",
    "row",
    "searchbox",
    "spinbutton",
    "switch",
    "tab",
    "table",
    "textbox",
    "tree",
    "treeitem",
]
KINDS = ("role", "label", "control", "text", "css")
FILL = re.compile(r"\{([a-z_]+)\}")
CONTROL = "[formcontrolname={}]"


class Way(Strict):
    """One of `role`, `label`, `control` (its formcontrolname), `text` and `css`; names and texts are whole, not parts.

    `name` goes with `role`; `containing` leaves of what is found what has this text in it. `{word}` in any of them is filled by
    the page's texts, or by the flow.
    """

    role: Role | None = None
    name: str | None = Field(None, min_length=1)
    label: str | None = Field(None, min_length=1)
    control: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]+$")
    text: str | None = Field(None, min_length=1)
    css: str | None = Field(None, min_length=1)
    containing: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        said = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(said) != 1:
            message = f"one of {', '.join(KINDS)}, not {' and '.join(said) or 'none of them'}"
            raise ValueError(message)
        if self.name is not None and self.role is None:
            message = "a name goes with a role"
            raise ValueError(message)
        return self

    @property
    def selector(self) -> str | None:
        """The same as a plain CSS selector, where it is one and needs no filling."""
        if self.containing is not None or FILL.search(self.css or ""):
            return None
        return CONTROL.format(self.control) if self.control is not None else self.css

    @property
    def words(self) -> frozenset[str]:
        """The words that it must be filled with."""
        return frozenset(word for said in (self.name, self.label, self.text, self.css, self.containing) for word in _words(said))

    def on(self, root: Page | Locator, fills: Mapping[str, str]) -> Locator:
        """What it finds below `root`; every word of it must be among `fills`."""
        found = self._found(root, fills)
        return found if self.containing is None else found.filter(has_text=_filled(self.containing, fills))

    def said(self, fills: Mapping[str, str] | None = None) -> str:
        """In words, as in reports: `button "Đăng ký"`, `control MaSoThue`."""
        fills = fills or {}
        if self.role is not None:
            said = self.role if self.name is None else f"{self.role} {_quoted(_filled(self.name, fills))}"
        elif self.control is not None:
            said = f"control {self.control}"
        else:
            kind = next(kind for kind in ("label", "text", "css") if getattr(self, kind) is not None)
            value = _filled(getattr(self, kind), fills)
            said = f"{kind} {value}" if kind == "css" else f"{kind} {_quoted(value)}"
        return said if self.containing is None else f"{said} containing {_quoted(_filled(self.containing, fills))}"

    def _found(self, root: Page | Locator, fills: Mapping[str, str]) -> Locator:
        if self.role is not None:
            named: dict[str, Any] = {} if self.name is None else {"name": _filled(self.name, fills), "exact": True}
            return root.get_by_role(self.role, **named)
        if self.label is not None:
            return root.get_by_label(_filled(self.label, fills), exact=True)
        if self.text is not None:
            return root.get_by_text(_filled(self.text, fills), exact=True)
        if self.control is not None:
            return root.locator(CONTROL.format(self.control))
        quoted = {word: value.replace("\\", "\\\\").replace('"', '\\"') for word, value in fills.items()}
        return root.locator(_filled(self.css or "", quoted))


def _words(said: str | None) -> list[str]:
    return FILL.findall(said) if said else []


def _filled(said: str, fills: Mapping[str, str]) -> str:
    return FILL.sub(lambda word: fills.get(word[1], word[0]), said)


def _quoted(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)

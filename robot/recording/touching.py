"""What flows touch of the portal, and so how much a change matters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from robot.recording.pages import WORKED, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot.portalmap import PortalMap
    from robot.recording.change import Change, Kind, Severity

_BREAKING: Final[frozenset[Kind]] = frozenset({"gone", "renamed", "retyped", "moved", "state", "control", "size"})
_ALWAYS: Final[frozenset[Kind]] = frozenset({"new_required", "required", "step_gone", "step_new", "step_order", "address"})
_WEIGHED: Final = re.compile(r"call_|asks_|tells_|status$|answer_type$|content$")  # these carry their severity already
_NAMED = re.compile(r'^(?P<role>[a-z]+)(?: "(?P<name>.*)")?$', re.DOTALL)
_IN_THE_WAY: Final = ("dialog", "alertdialog")
_MATTERS: Final = ("heading", "alert", "status", *_IN_THE_WAY)


@dataclass(frozen=True)
class Touched:
    """What flows touch: `names` of fields, buttons and dialogs as the page calls them, `controls` by their technical names.

    `texts` are patterns of what flows read on a page. With nothing known each field and button counts as touched.
    """

    names: frozenset[str] = frozenset()
    controls: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    def weighed(self, change: Change) -> Change:
        """The change with its severity."""
        if _WEIGHED.match(change.kind):
            return change
        return replace(change, severity=self._severity(change))

    def _severity(self, change: Change) -> Severity:
        if change.kind in _ALWAYS:
            return "breaks"
        role, name = _parts(change.name)
        if change.kind == "new":
            return "breaks" if role in _IN_THE_WAY else ("look" if role in WORKED else "note")
        if any(self._reads(text) for text in (change.was, name)):
            return "breaks"
        if role not in WORKED and role not in _MATTERS and role:
            return "note"
        if not self._touches(role, name):
            return "note" if role in {"link", "option"} else "look"
        return "breaks" if change.kind in _BREAKING else "look"

    def _reads(self, text: str) -> bool:
        return bool(text) and any(re.search(pattern, text) for pattern in self.texts)

    def _touches(self, role: str, name: str) -> bool:
        if not self.names and not self.controls:
            return role in WORKED or role in _IN_THE_WAY or not role
        if plain(name) in self.names:
            return True
        return any(control in name for control in self.controls)


def touched(names: Iterable[str], controls: Iterable[str], texts: Iterable[str] = ()) -> Touched:
    """What flows touch, the names as they are compared."""
    return Touched(frozenset(map(plain, names)), frozenset(controls), tuple(texts))


def touched_by(portal_map: PortalMap, texts: Iterable[str]) -> Touched:
    """What the flows of a portal map touch; `texts` are patterns of what is read beside what the map says."""
    names: set[str] = set()
    controls: set[str] = set()
    read: list[str] = [*texts]
    for page in portal_map.pages.values():
        read += map(re.escape, page.texts.values())
        for way in (way for element in page.elements.values() for way in element.find):
            if way.control is not None:
                controls.add(way.control)
            names |= {name.rstrip("* ") for name in (way.name, way.label, way.text) if name and "{" not in name}
    return touched(names, controls, read)


def _parts(name: str) -> tuple[str, str]:
    """Role and name of an element as a change names it; a field of a form has no role."""
    found = _NAMED.match(name)
    return (found["role"], found["name"] or "") if found else ("", name)

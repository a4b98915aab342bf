"""A living page against the map, read only: what each name finds, and what fields and buttons are new or gone."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from robot.errors import PageUnexpected
from robot.portalmap.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import ElementHandle, Locator
    from playwright.sync_api import Page as LivePage

    from robot.portalmap.drift import Drift
    from robot.portalmap.model import Element, Page, PortalMap

SETTLE_S: Final = 5.0  # a page that lacks something may still be being drawn
LOOK_MS: Final = 100
State = Literal["found", "fallback", "ambiguous", "absent", "retyped", "later"]
"""`later`: appears only after something was done, so that a look alone says nothing of it."""

KIND: Final = """element => {
  const role = element.getAttribute('role');
  const kinds = {password: 'password', checkbox: 'tick', radio: 'tick', file: 'file', submit: 'button', button: 'button',
                 image: 'button', reset: 'button'};
  if (element.tagName === 'INPUT') return role === 'combobox' ? 'choice' : kinds[element.type] || 'text';
  if (element.tagName === 'TEXTAREA' || element.isContentEditable) return 'text';
  if (element.tagName === 'SELECT' || role === 'combobox' || role === 'listbox') return 'choice';
  if (role === 'checkbox' || role === 'radio' || role === 'switch') return 'tick';
  if (element.tagName === 'BUTTON' || role === 'button') return 'button';
  if (element.tagName === 'IMG' || role === 'img') return 'picture';
  return element.tagName === 'A' || role === 'link' ? 'link' : 'part';
}"""
STRANGE: Final = (
    """(scope, known) => {
  const kindOf = """
    + KIND
    + """;
  const controls = 'input:not([type=hidden]), select, textarea, button, [role=button], [role=combobox], [contenteditable=true]';
  return [...scope.querySelectorAll(controls)]
    .filter(element => element.checkVisibility() && !known.includes(element))
    .map(element => {
      const label = (element.labels && element.labels[0]) || element;
      const said = (element.getAttribute('aria-label') || label.innerText || '').trim();
      return {
        kind: kindOf(element),
        control: element.getAttribute('formcontrolname') || element.getAttribute('name') || element.id || '',
        label: said.replace(/\\s*\\*$/, ''),
        required: Boolean(element.required) || element.getAttribute('aria-required') === 'true' || /\\*$/.test(said),
      };
    });
}"""
)


@dataclass(frozen=True)
class ElementSeen:
    """One name of the map: `by` says which way found it, `stale` the later ways that find nothing or several any more."""

    name: str
    state: State
    by: str = ""
    stale: tuple[str, ...] = ()

    @property
    def touches_a_flow(self) -> bool:
        """Whether a flow would meet the difference."""
        return self.state not in {"found", "later"}


@dataclass(frozen=True)
class Control:
    """A field or a button that the map does not know; a flow meets one that must be filled in."""

    kind: str
    control: str
    label: str
    required: bool


@dataclass(frozen=True)
class PageSeen:
    """A page as it was seen; `signed_out` where the portal asks to log in first."""

    page: str
    address: str
    state: Literal["seen", "signed_out"]
    elements: tuple[ElementSeen, ...] = ()
    new: tuple[Control, ...] = ()
    gone: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()
    """Of its list: columns that have moved, an unknown status."""

    @property
    def drifted(self) -> bool:
        """Whether anything is not as the map says."""
        return self.touches_a_flow or bool(self.new or self.gone or self.drifts or any(each.stale for each in self.elements))

    @property
    def touches_a_flow(self) -> bool:
        """Whether a flow would meet a difference."""
        return any(each.touches_a_flow for each in self.elements) or any(control.required for control in self.new)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {**asdict(self), "drifted": self.drifted, "touches_a_flow": self.touches_a_flow}


def look_at(live: LivePage, known: PortalMap, name: str, address: str) -> PageSeen:
    """The page of this name, which `live` has opened, and its parts, against the map; nothing is touched."""
    deadline = time.monotonic() + SETTLE_S
    while True:
        seen = list(_elements(live, known, name))
        if all(each.state in {"found", "later"} for each, _ in seen) or time.monotonic() > deadline:
            break
        live.wait_for_timeout(LOOK_MS)
    page = known.pages[name]
    found = {each.name: locator for each, locator in seen if locator is not None}
    elements: list[ElementSeen] = [each for each, _ in seen]
    drifts: list[Drift] = []
    if page.table is not None and page.table.element in found:
        try:
            drifts = read_table(name, found[page.table.element], page.table, page.statuses)[1]
        except PageUnexpected as wrong:
            elements.append(ElementSeen(str(wrong.text.fills["column"]), "absent"))
    scope = found.get(page.scope)
    new, gone = _strange(scope, page, list(found.values())) if scope is not None else ((), ())
    return PageSeen(name, address, "seen", tuple(elements), new, gone, tuple(drifts))


def _elements(live: LivePage, known: PortalMap, name: str) -> Iterator[tuple[ElementSeen, Locator | None]]:
    """What the names of a page find, and those of its parts (as `part.name`), with the element where there is one."""
    page = known.pages[name]
    found: dict[str, Locator | None] = {}
    for each, element in page.elements.items():
        seen = _element(live, page, each, element, found)
        yield seen, found[each]
    for part, root in page.parts.items():
        inner: dict[str, Locator | None] = {}
        within = found.get(root) if root else live
        for each, element in known.pages[part].elements.items():
            if within is None:
                yield ElementSeen(f"{part}.{each}", "absent"), None
                continue
            seen = _element(within, known.pages[part], each, element, inner)
            yield ElementSeen(f"{part}.{each}", seen.state, seen.by, seen.stale), inner[each]


def _element(
    outermost: LivePage | Locator, page: Page, name: str, element: Element, found: dict[str, Locator | None]
) -> ElementSeen:
    """Look for one element; what it stands in is among `found`, or is found first."""
    found[name] = None
    if element.later:
        return ElementSeen(name, "later")
    if element.within and element.within not in found:
        _element(outermost, page, element.within, page.elements[element.within], found)
    root = found[element.within] if element.within else outermost
    if root is None:
        return ElementSeen(name, "absent")
    ways = [way.on(root, page.texts) for way in element.find]
    counts = [way.count() for way in ways]
    taken = next((place for place, count in enumerate(counts) if count == 1), None)
    if taken is None:
        return ElementSeen(name, "ambiguous" if any(counts) else "absent")
    found[name] = ways[taken]
    stale = tuple(element.find[place].said(page.texts) for place, count in enumerate(counts) if count != 1 and place > taken)
    state: State = "found" if taken == 0 else "ambiguous" if counts[0] else "fallback"
    if element.kind != "part" and ways[taken].evaluate(KIND) != element.kind:
        state = "retyped"
    return ElementSeen(name, state, element.find[taken].said(page.texts), stale)


def _strange(scope: Locator, page: Page, found: Sequence[Locator]) -> tuple[tuple[Control, ...], tuple[str, ...]]:
    """Fields and buttons in the scope that the map does not know, and those of no flow that are not there any more."""
    known: list[ElementHandle] = [locator.element_handle() for locator in found]
    gone = []
    for way in page.others:
        handles = way.on(scope, page.texts).element_handles()
        known += handles
        if not handles:
            gone.append(way.said(page.texts))
    strange: list[dict[str, Any]] = scope.evaluate(STRANGE, known)
    return tuple(Control(**control) for control in strange), tuple(gone)

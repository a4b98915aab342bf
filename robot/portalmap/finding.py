"""Finding an element of the map on a living page: the first way that finds exactly one; what had to be done otherwise is told."""

from __future__ import annotations

import time
from functools import reduce
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError as PlaywrightTimeout

from robot.errors import PageUnexpected
from robot.portalmap.drift import Drift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Locator
    from playwright.sync_api import Page as LivePage

    from robot.portalmap.drift import DriftKind
    from robot.portalmap.model import Page

GRACE_S: Final = 0.5  # a page that is still being drawn may show what a fallback finds before what the first way finds
LOOK_MS: Final = 50
COUNT: Final = """selectors => selectors.map(selector => {
  try { return document.querySelectorAll(selector).length; } catch { return 0; }
})"""
Key = tuple[str, tuple[tuple[str, str], ...]]


class Finder:
    """The elements of one page or part, as they are found on `live`; `root` is what a part stands in.

    `tell` hears of each drift, once until `forget`.
    """

    def __init__(
        self,
        name: str,
        page: Page,
        live: Callable[[], LivePage],
        tell: Callable[[Drift], object],
        root: Callable[[], Locator] | None = None,
    ) -> None:
        self.name = name
        self.page = page
        self._live = live
        self._tell = tell
        self._root = root
        self._taken: dict[Key, int] = {}

    def forget(self) -> None:
        """The page is another one now."""
        self._taken.clear()

    def settle(self, below: str = "") -> None:
        """Find at once, by one call, what the first ways find by plain selectors; `below` is the selector of the part's root."""
        plain = {name: self.selector(name, below) for name, element in self.page.elements.items() if not element.later}
        asked = {name: selector for name, selector in plain.items() if selector is not None}
        counts: list[int] = self._live().evaluate(COUNT, list(asked.values()))
        self._taken |= {(name, ()): 0 for name, count in zip(asked, counts, strict=True) if count == 1}

    def selector(self, name: str, below: str = "") -> str | None:
        """What an element is found by first, as one plain selector; None where it is none."""
        parts = [element.find[0].selector for _, element in self.page.chain(name)]
        if any(part is None for part in parts):
            return None
        return " ".join([*([below] if below else []), *(f":is({part})" for part in parts)])

    def one(self, name: str, fills: Mapping[str, str], wait_s: float, *, visible: bool = False) -> Locator:
        """The one element of this name, waited for as long as `wait_s`; with `visible`, found anew, of those that are seen.

        Raises:
            PageUnexpected: `element_absent`, `element_ambiguous`, naming it.
        """
        element = self.page.elements[name]
        root = self.one(element.within, fills, wait_s) if element.within else self._outermost()
        key = self._key(name, fills)
        if visible or key not in self._taken:
            self._taken[key] = self._find(
                name, [way.on(root, self._words(fills)) for way in element.find], fills, wait_s, visible
            )
        return element.find[self._taken[key]].on(root, self._words(fills))

    def several(self, name: str, fills: Mapping[str, str], wait_s: float) -> Locator:
        """All elements of a name that may stand there any number of times, found by the first way that finds any."""
        element = self.page.elements[name]
        root = self.one(element.within, fills, wait_s) if element.within else self._outermost()
        ways = [way.on(root, self._words(fills)) for way in element.find]
        found = next((place for place, way in enumerate(ways) if way.count()), 0) if len(ways) > 1 else 0
        if found:
            self._differs("fallback", name, found, fills)
        return ways[found]

    def any_way(self, name: str, fills: Mapping[str, str]) -> Locator:
        """Whatever any way of the element finds, at once; to wait for, never to act on."""
        element = self.page.elements[name]
        root = self.any_way(element.within, fills) if element.within else self._outermost()
        return reduce(lambda one, other: one.or_(other), (way.on(root, self._words(fills)) for way in element.find))

    def fallbacks(self, name: str, fills: Mapping[str, str]) -> list[str]:
        """What of the element and of all that it stands within was found by another way than the first, and by which."""
        words, found = self._words(fills), []
        for each, element in self.page.chain(name):
            place = self._taken.get(self._key(each, fills), 0)
            if place:
                found.append(f"{self.name}.{each}: {element.find[place].said(words)} ≠ {element.find[0].said(words)}")
        return found

    def _outermost(self) -> Locator | LivePage:
        return self._root() if self._root is not None else self._live()

    def _words(self, fills: Mapping[str, str]) -> Mapping[str, str]:
        return {**self.page.texts, **fills}

    def _key(self, name: str, fills: Mapping[str, str]) -> Key:
        words = {word for _, element in self.page.chain(name) for way in element.find for word in way.words}
        return name, tuple(sorted((word, value) for word, value in fills.items() if word in words))

    def _find(self, name: str, ways: list[Locator], fills: Mapping[str, str], wait_s: float, visible: bool) -> int:  # noqa: FBT001 - handed on by one()
        """Which way finds exactly one."""
        if visible:
            ways = [way.filter(visible=True) for way in ways]
        if ways[0].count() == 1:
            return 0
        try:
            reduce(lambda one, other: one.or_(other), ways).first.wait_for(state="attached", timeout=wait_s * 1000)
        except PlaywrightTimeout as wrong:
            raise PageUnexpected(
                "element_absent", element=self._said(name, fills), address=self._where(), seconds=f"{wait_s:g}"
            ) from wrong
        deadline = time.monotonic() + min(GRACE_S, wait_s)
        counts = [way.count() for way in ways]
        while counts[0] != 1 and time.monotonic() < deadline:
            self._live().wait_for_timeout(LOOK_MS)
            counts[0] = ways[0].count()
        counts = counts if counts[0] == 1 else [way.count() for way in ways]
        found = next((place for place, count in enumerate(counts) if count == 1), None)
        if found is None:
            raise PageUnexpected("element_ambiguous", element=self._said(name, fills), number=max(counts), address=self._where())
        if found:
            self._differs("ambiguous" if counts[0] else "fallback", name, found, fills)
        return found

    def _differs(self, kind: DriftKind, name: str, found: int, fills: Mapping[str, str]) -> None:
        find, words = self.page.elements[name].find, self._words(fills)
        self._tell(Drift(self.name, name, kind, find[0].said(words), find[found].said(words)))

    def _said(self, name: str, fills: Mapping[str, str]) -> str:
        return f"{self.page.about}, {name} ({self.page.elements[name].find[0].said(self._words(fills))})"

    def _where(self) -> str:
        parts = urlsplit(self._live().url)
        return f"{parts.netloc}{parts.path}"

"""A page of the portal as a flow sees it: its elements by the names of the portal map, and every drift from the map told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from loguru import logger

from robot.flow.sights import Sight
from robot.portalmap.finding import Finder
from robot.portalmap.tables import read_table

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from robot.flow.consent import Consent
    from robot.flow.desk import Desk
    from robot.flow.window import Window
    from robot.portalmap import PortalMap
    from robot.portalmap.drift import Drift

READ: Final = """(found, attribute) => found.map(
  element => (attribute ? element.getAttribute(attribute) || '' : element.innerText).trim())"""


class MappedPage:
    """One page of the map, or one part of it, in one session's window."""

    def __init__(
        self,
        desk: Desk,
        window: Window,
        known: PortalMap,
        name: str,
        consent: Consent,
        within: tuple[MappedPage, str] | None = None,
    ) -> None:
        self._desk = desk
        self._window = window
        self._map = known
        self._consent = consent
        self._within = within
        self._page = known.pages[name]
        self._parts: dict[str, MappedPage] = {}
        root = self._root if within is not None and within[1] else None
        self._finder = Finder(name, self._page, lambda: window.page, self._drifted, root)

    def part(self, name: str) -> MappedPage:
        """A part of this page, such as its captcha."""
        if name not in self._parts:
            within = (self, self._page.parts[name])
            self._parts[name] = MappedPage(self._desk, self._window, self._map, name, self._consent, within)
        return self._parts[name]

    def open(self, address: str = "", **narrowed: str) -> None:
        """Go to the page: where a letter's link leads, or where the settings say, its address narrowed by the map's names.

        A page that goes on `again` stays as it is, where the run before has ended well on it (see `load_anew`).

        Raises:
            PortalUnavailable: the page is not to be had.
            SessionExpired: the portal sent us to its log-in instead.
        """
        path = address or self._path
        if narrowed:
            query = urlencode({self._page.query[name]: value for name, value in narrowed.items()})
            path = f"{path}{'&' if '?' in path else '?'}{query}"
        if not (self._page.again and self._window.stands_at(path)):
            self._window.open(path)
        self._settle()

    def load_anew(self) -> None:
        """Go to the page, wherever we are; errors as above."""
        self._window.open(self._path)
        self._settle()

    def one(self, name: str, **fills: str) -> Locator:
        """The one element of this name; where it was found by another way than the first, that is told, and it is taken.

        An effect's element that was found so, or within something that was, is a person's question first.

        Raises:
            PageUnexpected: no way finds it, or none finds exactly one; or a person says that it is not the right one.
            PersonAwaited: nobody has said whether it is the right one.
        """
        found = self._finder.one(name, fills, self._desk.settings.timers.page_s)
        if self._page.elements[name].effect:
            doubtful = [*self._doubtful(), *self._finder.fallbacks(name, fills)]
            if doubtful:
                self._consent.ask(self._window, found, f"{self._finder.name}.{name}", doubtful)
        return found

    def ready(self, *names: str) -> None:
        """See that these are there, and ask what must be asked, before anything is sent."""
        for name in names:
            self.one(name)

    def read(self, name: str, **fills: str) -> list[str]:
        """What is read of each element of a name that may stand there any number of times."""
        found = self._finder.several(name, fills, self._desk.settings.timers.page_s)
        attribute = self._page.elements[name].attribute
        if found.count() == 1:  # the usual case, without what a call in the page's own world brings with it
            return [((found.get_attribute(attribute) or "") if attribute else found.inner_text()).strip()]
        read: list[str] = found.evaluate_all(READ, attribute)
        return read

    def shows(self, name: str, **fills: str) -> bool:
        """Whether an element is seen now, found in any of its ways."""
        return self._finder.any_way(name, fills).filter(visible=True).count() > 0

    def sight(self, name: str, said: str) -> Sight:
        """Something to wait for, that proves a step; `said` is its name to people."""
        return Sight(said, self._finder.any_way(name, {}), lambda: self._met(name))

    def rows(self) -> list[dict[str, str]]:
        """The rows of the page's table by our names of its columns.

        Raises:
            PageUnexpected: there is no table, or a column is missing from it.
        """
        table = self._page.table
        assert table is not None  # noqa: S101 - for the type checker: a page object asks for the table of a page that has one
        rows, drifts = read_table(self._finder.name, self.one(table.element), table, self._page.statuses)
        for drift in drifts:
            self._drifted(drift)
        return rows

    @property
    def _path(self) -> str:
        path: str = getattr(self._desk.settings.portal.paths, self._page.path)
        return path

    def _met(self, name: str) -> Locator:
        return self._finder.one(name, {}, self._desk.settings.timers.page_s, visible=True)

    def _root(self) -> Locator:
        assert self._within is not None  # noqa: S101 - for the type checker: called for a part alone
        page, element = self._within
        return page.one(element)

    def _doubtful(self) -> list[str]:
        """What this part stands in, where that was found by another way than the first."""
        if self._within is None or not self._within[1]:
            return []
        page, element = self._within
        return [*page._doubtful(), *page._finder.fallbacks(element, {})]  # noqa: SLF001 - another one of this class

    def _settle(self, below: str = "") -> None:
        """The page is another one: find by one call what can be found so."""
        self._finder.forget()
        self._finder.settle(below)
        for name, root in self._page.parts.items():
            selector = self._finder.selector(root, below) if root else below
            if selector is not None:
                self.part(name)._settle(selector)  # noqa: SLF001 - the same

    def _drifted(self, drift: Drift) -> None:
        """Note it, and say it once in a run."""
        if drift in self._window.drifts:
            return
        self._window.drifts.append(drift)
        self._desk.folder.note("drift", **drift.as_json())
        self._desk.progress.say(drift.text())
        logger.bind(action="portal.drift", page=drift.page, element=drift.element).warning(drift.text().say("en"))

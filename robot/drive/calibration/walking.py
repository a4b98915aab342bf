"""Walking the portal map with a person at the screen: what each name finds is marked, and confirmed, or pointed at anew.

Nothing is pressed or filled in: pointing is Playwright's own picking, which keeps the click from the page. What appears only
after something was done is brought up by the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import TimeoutError as PlaywrightTimeout

from robot.evidence import marked
from robot.portalmap.proposing import kind_of, ways_to
from robot.texts import Text

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as LivePage

    from robot.evidence import RunFolder
    from robot.flow.desk import Progress
    from robot.portalmap import PortalMap, Way
    from robot.portalmap.model import Element

RIGHT, POINT, LEAVE, REST, END = "", "p", "s", "a", "q"
"""What a person types: Enter for right, or the letter that the sentence names."""
SHOWN: Final = "y"
SEEN_MS: Final = 2000


class Walk:
    """One walk through pages; `changes` are new ways by page and element, `decided` is all that was said, in order."""

    def __init__(self, known: PortalMap, progress: Progress, folder: RunFolder) -> None:
        self._known = known
        self._progress = progress
        self._folder = folder
        self._trusting = False
        self.changes: dict[tuple[str, str], tuple[Way, ...]] = {}
        self.decided: list[dict[str, Any]] = []
        self.ended = False

    def page(self, live: LivePage, name: str) -> None:
        """Walk the names of a page that `live` has opened, and of its parts."""
        self._trusting = False
        found = self._names(live, live, name)
        for part, root in self._known.pages[name].parts.items():
            within = found.get(root) if root else live
            if within is not None:
                self._names(live, within, part)

    def _names(self, live: LivePage, outermost: LivePage | Locator, page: str) -> dict[str, Locator | None]:
        known, found = self._known.pages[page], dict[str, "Locator | None"]()
        for name, element in known.elements.items():
            root = found.get(element.within) if element.within else outermost
            filled = any(way.words - set(known.texts) for way in element.find)  # by a flow alone
            if not (root is None or element.many or filled or self.ended or (page, name) in self.changes):
                found[name] = self._name(live, root, (page, name), element)
        return found

    def _name(self, live: LivePage, root: LivePage | Locator, name: tuple[str, str], element: Element) -> Locator | None:
        """The element that the person says is the right one; None where it was left as it is."""
        said, texts = ".".join(name), self._known.pages[name[0]].texts
        if element.later and (self._trusting or self._asked("calibrate_later", name=said) != SHOWN):
            return None
        ways = [way.on(root, texts) for way in element.find]
        taken = next((place for place, way in enumerate(ways) if way.count() == 1), None)
        if taken == 0 and self._trusting:
            return ways[0]
        while True:
            if taken is None:
                answer = self._asked("calibrate_absent", name=said)
                answer = answer if answer in {POINT, END} else LEAVE
            else:
                answer = self._shown(live, ways[taken], said, element.find[taken].said(texts))
            if answer in {LEAVE, END}:
                self.ended = answer == END
                self._decide(said, "left")
                return None
            if answer == POINT:
                picked = self._picked(live, root, name, element)
                if picked is not None:
                    return picked
                continue
            assert taken is not None  # noqa: S101 - for the type checker: what was not found is left or pointed at
            self._trusting = answer == REST
            if taken:
                counts = [way.count() for way in ways]
                self.changes[name] = tuple(way for way, count in zip(element.find, counts, strict=True) if count == 1)
            self._decide(said, "confirmed", element.find[taken].said(texts))
            return ways[taken]

    def _picked(self, live: LivePage, root: LivePage | Locator, name: tuple[str, str], element: Element) -> Locator | None:
        """What the person points at, where it is of the right kind, can be told from everything else, and is confirmed."""
        said = ".".join(name)
        self._say("calibrate_point", name=said)
        picked = live.pick_locator()
        kind = kind_of(picked)
        if element.kind not in {"part", kind}:
            self._say("calibrate_kind", name=said, kind=Text(f"map_kinds.{element.kind}"), found=Text(f"map_kinds.{kind}"))
            return None
        ways = ways_to(live, picked, root, element.find)
        if not ways:
            self._say("calibrate_outside", name=said)
            return None
        if self._shown(live, picked, said, ", ".join(way.said() for way in ways)) != RIGHT:
            return None
        self.changes[name] = ways
        self._decide(said, "picked", *(way.said() for way in ways))
        return picked

    def _shown(self, live: LivePage, seen: Locator, name: str, by: str) -> str:
        """Mark it, keep a picture of that as evidence, and ask."""
        try:
            seen.scroll_into_view_if_needed(timeout=SEEN_MS)
        except PlaywrightTimeout:
            self._say("calibrate_unseen", name=name)
        with marked(seen):
            self._folder.screenshot(live, name)
            return self._asked("calibrate_found", name=name, by=by)

    def _asked(self, key: str, **fills: Any) -> str:
        return (self._progress.prompt(Text(f"labels.{key}", fills)) or RIGHT).strip().lower()[:1]

    def _say(self, key: str, **fills: Any) -> None:
        self._progress.say(Text(f"labels.{key}", fills))

    def _decide(self, name: str, what: str, *ways: str) -> None:
        self.decided.append({"name": name, "decided": what, "ways": list(ways)})

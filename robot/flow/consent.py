"""A click that cannot be taken back, on what the portal map's first way does not find: a person says whether it is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

from robot.errors import PageUnexpected, PersonAwaited
from robot.evidence import marked
from robot.flow.questions import Matter, ask_person
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Locator

    from robot.flow.desk import Desk
    from robot.flow.window import Window

CONSENT: Final = "consent"
YES, NO = "yes", "no"
_MEANS_YES: Final = frozenset({"yes", "y", "c", "có"})
LASTS: Final = timedelta(hours=12)  # a later start goes by the same answer to the same question for so long


class Consent:
    """The questions of one run for one organisation; each is asked once."""

    def __init__(self, desk: Desk, run: str, organisation: str) -> None:
        self._desk = desk
        self._run = run
        self._organisation = organisation
        self._given: set[str] = set()

    def ask(self, window: Window, element: Locator, name: str, doubtful: Sequence[str]) -> None:
        """Ask whether `element` (`page.name` in the map) is the right one; `doubtful` says what was found how.

        Raises:
            PersonAwaited: nobody has answered; the question stays open, and the next start goes by its answer.
            PageUnexpected: `consent_refused`.
        """
        matter = Matter(Text("labels.question_consent", {"element": name, "found": "; ".join(doubtful)}), (YES, NO))
        said = matter.in_both()
        key = said["en"]
        if key in self._given:
            return
        answer = self._earlier(said)
        if answer is None:
            answer = ask_person(self._desk, self._run, self._organisation, CONSENT, self._picture(window, element), matter)
        if answer.casefold() not in _MEANS_YES:
            raise PageUnexpected("consent_refused", element=name)
        self._given.add(key)

    def _earlier(self, said: dict[str, str]) -> str | None:
        """The answer that somebody has given to the same question of an earlier run.

        Raises:
            PersonAwaited: it is open still.
        """
        asked = self._desk.ledger.newest_question(CONSENT, self._organisation)
        if asked is None or asked.run == self._run or dict(asked.said or {}) != said:
            return None
        if asked.state == "open":
            raise PersonAwaited("consent_awaited", question=asked.id)
        fresh = asked.settled is not None and datetime.now(UTC) - asked.settled < LASTS
        return asked.answer if fresh else None

    def _picture(self, window: Window, element: Locator) -> Path | None:
        """The page with the element in question marked."""
        try:
            with marked(element):
                return self._desk.folder.screenshot(window.page, "consent", whole=True)
        except PlaywrightError:
            return None

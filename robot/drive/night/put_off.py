"""Whose dossiers a night did not begin for a reason of the organisation's own: its session ended, or nobody answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot.errors import BrowserFailed, Cancelled, PersonAwaited
from robot.ledger.why import by_language
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.ledger import Ledger


class PutOff:
    """A fact of the night. `facts` are by organisation: `error` (a name of robot.errors), `run`, `said` by language or None."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.facts: dict[str, dict[str, Any]] = {}

    def session_ended(self, organisation: str, over: Mapping[str, Any] | None) -> None:
        """The night begins nothing more in this organisation; `over` is its lane's last word, None where it went without one.

        A session that was told to stop is no reason of its own: the night has one.
        """
        if over is None:
            lost = by_language(Text("errors.lane_lost", {"organisation": organisation}))
            self.facts[organisation] = {"error": BrowserFailed.__name__, "run": None, "said": lost}
        elif over.get("error") != Cancelled.__name__:
            self.facts[organisation] = {"error": over.get("error"), "run": over["run"], "said": over.get("told")}

    def not_logged_in(self, organisation: str) -> None:
        """The night is over and the session has not logged in: where a person was asked, that is why."""
        asked = [question for question in self._ledger.open_questions(organisation) if question.kind != "held"]
        if asked:
            self.facts[organisation] = {"error": PersonAwaited.__name__, "run": asked[-1].run, "said": None}

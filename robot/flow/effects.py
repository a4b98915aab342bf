"""Effects outside: an intent in the books before the click, the receipt after it, and a look-up where none came.

After the intent nothing is repeated. A time-out of a click does not mean that nothing was clicked: whatever goes wrong
between intent and receipt, other than the portal saying no in words, leaves the outcome unknown until it is looked up.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.errors import Cancelled, OutcomeUnknown, Refused, RobotError, SessionExpired
from robot.flow.declare import Receipt
from robot.ledger import EffectStands
from robot.ledger.why import in_english
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.flow.desk import Desk
    from robot.ledger import Effect


class Sent:
    """An effect under way: the flow confirms it with the receipt that it read."""

    def __init__(self) -> None:
        self._receipt: Receipt | None = None

    def confirm(self, receipt: Receipt) -> None:
        """The portal has taken it, and this is the proof."""
        self._receipt = receipt

    @property
    def confirmed(self) -> bool:
        """Whether the proof was read."""
        return self._receipt is not None

    @property
    def receipt(self) -> Receipt:
        """The proof; there is one after the `with` block has ended without an error."""
        if self._receipt is None:
            raise OutcomeUnknown("outcome_unknown", what="?", why="no receipt was read")
        return self._receipt


@dataclass(frozen=True)
class Earlier:
    """What the books say of an effect: never tried, taken (with its receipt), or open."""

    receipt: Receipt | None = None
    open: Effect | None = None


class Effects:
    """The effects of one run."""

    def __init__(self, desk: Desk, run: str) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._run = run
        self.sent_anything = False

    def earlier(self, kind: str, key: str) -> Earlier:
        """What became of an earlier effect of this kind and key."""
        newest = self._ledger.newest(kind, key)
        if newest is None or newest.state not in {"intent", "confirmed"}:
            return Earlier()
        if newest.state == "intent":
            return Earlier(open=newest)
        self._desk.progress.say(Text("labels.already_done", {"run": newest.run}))
        return Earlier(receipt=_receipt(newest))

    def settle(self, opened: Effect, found: Receipt | None) -> Receipt:
        """Close an open effect with what the look-up found.

        Raises:
            OutcomeUnknown: nothing was found; the effect stays open and nothing is sent again.
        """
        if found is None:
            raise OutcomeUnknown("outcome_held", what=f"{opened.kind} {opened.key}", run=opened.run)
        self._ledger.confirm(opened.id, found.model_dump())
        return found

    def replace(self, kind: str, key: str) -> None:
        """A newer effect of this kind is about to make the earlier one worthless."""
        newest = self._ledger.newest(kind, key)
        if newest is not None and newest.state in {"intent", "confirmed"}:
            self._ledger.supersede(newest.id)

    @contextlib.contextmanager
    def effect(self, kind: str, key: str, look_up: Callable[[], Receipt | None] | None, detail: dict[str, str]) -> Iterator[Sent]:
        """Commit the intent, let the flow act, book the receipt, or look the outcome up.

        Raises:
            Refused: the portal said no in words; booked as refused.
            OutcomeUnknown: no receipt, and the look-up (if there is one) shows none.
        """
        try:
            booked = self._ledger.intend(self._run, kind, key, detail)
        except EffectStands as standing:
            raise OutcomeUnknown("outcome_held", what=f"{kind} {key}", run=standing.effect.run) from standing
        self.sent_anything = True
        sent = Sent()
        why: Exception | None = None
        try:
            yield sent
        except (Refused, SessionExpired) as refusal:
            self._ledger.refuse(booked.id, str(refusal))
            self.sent_anything = False
            raise
        except Cancelled:
            raise
        except (RobotError, PlaywrightError) as wrong:
            if self._desk.cancel.asked:
                raise
            why = wrong
        if not sent.confirmed:
            self._look(booked, sent, look_up, why)
        self._ledger.confirm(booked.id, sent.receipt.model_dump())

    def _look(self, booked: Effect, sent: Sent, look_up: Callable[[], Receipt | None] | None, why: Exception | None) -> None:
        """Ask the portal what became of the effect."""
        what = f"{booked.kind} {booked.key}"
        said = reason(why)
        logger.bind(action="effect.unknown", what=what).warning(str(in_english(said)))
        found: Receipt | None = None
        if look_up is not None:
            self._desk.progress.say(Text("labels.looking_up", {"what": what}))
            try:
                found = look_up()
            except (RobotError, PlaywrightError) as wrong:
                logger.bind(action="effect.look_up_failed", what=what).warning(str(wrong).splitlines()[0])
        if found is None:
            raise OutcomeUnknown("outcome_unknown", what=what, why=said) from why
        sent.confirm(found)


def reason(wrong: Exception | None) -> Text | str:
    """Why nobody knows what became of a sending: a sentence of ours, or the first line of the browser's."""
    if wrong is None:
        return Text("moves.no_receipt")
    return wrong.text if isinstance(wrong, RobotError) else str(wrong).splitlines()[0]


def _receipt(effect: Effect) -> Receipt:
    return Receipt.model_validate(effect.receipt)

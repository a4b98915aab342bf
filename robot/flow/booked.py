"""The half of a session that keeps the books: effects, the way of a dossier, and what they say of earlier runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loguru import logger

from robot.errors import OutcomeUnknown, Refused
from robot.flow.declare import Receipt
from robot.flow.effects import Earlier, Effects, Sent
from robot.flow.sent import keep_sent
from robot.flow.submission import Submission
from robot.flow.verdict_wait import await_verdict
from robot.flow.verdicts import Verdicts
from robot.texts import Text

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable

    from robot.dossier import DossierHead
    from robot.flow.desk import Desk
    from robot.flow.window import Window
    from robot.ledger import Effect
    from robot.ledger.item import Item
    from robot.settings import Organisation, Settings


@dataclass(frozen=True)
class Ended:
    """How a part of a flow ended: with a receipt, or with a refusal that the flow expected as one of two ends."""

    receipt: Receipt | None = None
    refusal: Refused | None = None


class Booked:
    """What a run writes into the books and reads from them; the browser is only ended here."""

    def __init__(self, desk: Desk, run: str, key: str, organisation: Organisation, window: Window) -> None:
        self.run = run
        self.organisation_key = key
        self.organisation = organisation
        self.settings: Settings = desk.settings
        self.window = window
        self.effects = Effects(desk, run)
        self._desk = desk
        self._submission: Submission | None = None

    @property
    def claim(self) -> Item | None:
        """The dossier of the queue that this run has for itself just now."""
        item = self._submission.item if self._submission is not None else None
        return item if item is not None and item.run == self.run else None

    @property
    def sent_anything(self) -> bool:
        """Whether something was sent that the portal has not refused: then the flow is not started once more."""
        return self.effects.sent_anything or (self._submission is not None and self._submission.sent_anything)

    def rest(self) -> None:
        """End the browser: what comes next needs none."""
        self.window.close()

    def effect(
        self,
        kind: str,
        key: str,
        *,
        look_up: Callable[[], Receipt | None] | None = None,
        newer_counts: bool = False,
        **detail: str,
    ) -> contextlib.AbstractContextManager[Sent]:
        """An effect outside: its intent is in the books before the block runs, its receipt after.

        With `newer_counts` an earlier one of the same kind and key is made worthless by this one, as a registration is.

        Raises:
            OutcomeUnknown: the block ended without a receipt and `look_up` found none.
        """
        self._desk.tape.effect(kind, key, self.window)
        if newer_counts:
            self.effects.replace(kind, key)
        return self.effects.effect(kind, key, look_up, detail)

    def earlier(self, kind: str, key: str) -> Earlier:
        """What the books say of an earlier effect of the same kind and key."""
        return self.effects.earlier(kind, key)

    def newest(self, kind: str, key: str) -> Effect | None:
        """The last effect of this kind and key, whatever became of it."""
        return self._desk.ledger.newest(kind, key)

    def done(self, kind: str, key: str, *, look_up: Callable[[Effect], Receipt | None]) -> bool:
        """Whether the books show this effect as taken; an open one is looked up first, and held where nothing is found.

        Raises:
            OutcomeUnknown: it is open, and the look-up shows nothing.
        """
        earlier = self.effects.earlier(kind, key)
        if earlier.open is not None:
            self.settle(earlier.open, look_up(earlier.open))
            return True
        return earlier.receipt is not None

    def settle(self, opened: Effect, found: Receipt | None) -> Receipt:
        """Close an open effect with what a look-up found; without anything found it is held for a person."""
        return self.effects.settle(opened, found)

    def ending(self, part: Callable[[], Receipt], *, expected: type[Refused]) -> Ended:
        """Run a part of the flow that may end with the `expected` refusal as one of its two ends."""
        try:
            return Ended(receipt=part())
        except expected as refusal:
            logger.bind(action="flow.expected_refusal", run=self.run).info(str(refusal))
            return Ended(refusal=refusal)

    def taken(self, kind: str, key: str) -> Effect:
        """The effect of this kind and key that the portal has taken; to be asked for only after it was done."""
        newest = self.newest(kind, key)
        if newest is None or newest.state != "confirmed":
            raise OutcomeUnknown("outcome_unknown", what=f"{kind} {key}", why="the books show no receipt")
        return newest

    def submission(self, dossier: DossierHead, round_number: int) -> Submission:
        """The dossier's way to the portal, planned and claimed by this run; or the receipt of the same file, sent before.

        Raises:
            DossierUnreadable: the same matter was sent with other bytes, or a verdict has refused these bytes.
            OutcomeUnknown: another run is at it, or it is held for a person.
        """
        if self._submission is not None:  # the flow was started once more, with nothing sent
            self._submission.give_back()
        desk, ways = self._desk, self.settings.submission
        self._submission = Submission(desk.ledger, ways, self.run, self.organisation_key, dossier, round_number)
        desk.cancel.alive = self._submission.keep
        self._submission.before = lambda key: desk.tape.effect("submission", key, self.window)
        if self._submission.receipt is not None:
            desk.progress.say(Text("labels.already_done", {"run": self._submission.first_run}))
        return self._submission

    def keep(self, dossier: DossierHead) -> None:
        """Keep a copy of the dossier's bytes by their digest, so that a corrected one can be compared with what was sent."""
        keep_sent(self.settings.home, dossier)

    def verdict(self, kind: str, key: str) -> None:
        """Wait, without the browser and as long as the settings say, for the portal's verdict on what was sent.

        Raises:
            Refused: the structure is not valid; the books have the faults.
        """
        self.rest()
        desk = self._desk
        verdicts = Verdicts(self.settings, desk.ledger, desk.vault, self.organisation_key, self.organisation, desk.tape)
        await_verdict(desk, verdicts, self.taken(kind, key))

    def receipt_of(self, effect: Effect) -> Receipt:
        """The receipt of an effect that was taken."""
        return Receipt.model_validate(effect.receipt)

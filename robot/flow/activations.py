"""An activation that the portal has refused twice: a person says whether the next start registers anew, or all ends there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from robot.errors import ActivationRefused, PersonAwaited, Refused, UsageError
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.flow.desk import Desk
    from robot.ledger import Question
    from robot.settings import Organisation

ACTIVATION: Final = "activation"
AGAIN, STOP = "again", "stop"
TWICE: Final = 2


class Activations:
    """The activations of one organisation, as one run sees them."""

    def __init__(self, desk: Desk, run: str, key: str, organisation: Organisation) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._run = run
        self._key = key
        self._organisation = organisation

    def anew(self) -> bool:
        """Whether a person wants a new registration, and there has been none since.

        Raises:
            PersonAwaited: the question is open; nothing is sent until somebody has answered it.
            UsageError: `activation_stopped`, the answer was to stop.
        """
        asked = self._ledger.newest_question(ACTIVATION, self._key)
        if asked is None:
            return False
        if self._registered_since(asked):  # by the answer, or by a person's own hand, which answers it as well
            if asked.state == "open":
                self._ledger.expired(asked.id)
            return False
        if asked.state == "open":
            raise PersonAwaited("activation_asked", organisation=self._organisation.name, question=asked.id)
        if asked.answer == STOP:
            raise UsageError("activation_stopped", organisation=self._organisation.name, question=asked.id)
        return asked.answer == AGAIN

    @contextlib.contextmanager
    def entering(self) -> Iterator[None]:
        """Around the entering of a code; the second refusal in a row is a question, which the code itself is no part of.

        Raises:
            ActivationRefused: the first refusal, whose remedy is a new registration.
            Refused: `activation_refused_again`.
        """
        try:
            yield
        except ActivationRefused as refusal:
            if self._refusals() < TWICE:
                raise
            said = refusal.text.fills.get("said", "-")
            raise Refused("activation_refused_again", said=said, question=self._ask()) from refusal

    def _ask(self) -> int:
        text = Text("labels.question_activation", {"organisation": self._organisation.name})
        said: dict[str, str] = {language: text.say(language) for language in LANGUAGES}
        question = self._ledger.ask(self._run, ACTIVATION, said=said, choices=(AGAIN, STOP))
        self._desk.tell(question)
        return question

    def _refusals(self) -> int:
        """Activations refused one after the other, since the last one that was taken or a person's last word."""
        asked, number = self._ledger.newest_question(ACTIVATION, self._key), 0
        for effect in self._ledger.effects_of(ACTIVATION, self._key):
            if effect.state != "refused" or (asked is not None and effect.intended < asked.asked):
                break
            number += 1
        return number

    def _registered_since(self, asked: Question) -> bool:
        newest = self._ledger.newest("registration", self._organisation.tax_code)
        return newest is not None and newest.intended > asked.asked

"""A finding: the earliest link that does not hold, the cause, how certain it is, the remedy, and what else was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from robot.diagnosis.codes import Link
    from robot.diagnosis.probe import Probe
    from robot.texts import Language

Certainty = Literal["certain", "likely", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What was found about a form that did not appear.

    `code` is one of `codes.CODES`, or empty where the cause is unknown; `also` are causes found further along the chain.
    """

    link: Link
    cause: Text
    certainty: Certainty
    remedy: Text
    code: str = ""
    also: tuple[Text, ...] = ()
    probes: tuple[Probe, ...] = ()

    def as_json(self, language: Language) -> dict[str, Any]:
        """The finding for a program; the sentences in the operator's language."""
        return {
            "link": self.link,
            "code": self.code,
            "cause": self.cause.say(language),
            "certainty": self.certainty,
            "remedy": self.remedy.say(language),
            "also": [text.say(language) for text in self.also],
        }

    def sentence(self) -> Text:
        """Cause and remedy in one breath."""
        return Text("findings.sentence", {"cause": self.cause, "remedy": self.remedy})

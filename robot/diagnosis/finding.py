"""A finding: the link that does not hold, the cause, how certain it is, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from robot.texts import Language

Link = Literal["portal", "page", "extension", "host", "token", "form", "unknown"]
Certainty = Literal["certain", "likely", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What was found about a form that did not appear."""

    link: Link
    cause: Text
    certainty: Certainty
    remedy: Text

    def as_json(self, language: Language) -> dict[str, str]:
        """Link, cause and remedy for a program; the sentences in the operator's language."""
        return {
            "link": self.link,
            "cause": self.cause.say(language),
            "certainty": self.certainty,
            "remedy": self.remedy.say(language),
        }

    def sentence(self) -> Text:
        """Cause and remedy in one breath."""
        return Text("findings.sentence", {"cause": self.cause, "remedy": self.remedy})


def phone_remedied() -> Finding:
    """The finding after known remedy 1 has worked: the phone number was the cause, as the outcome shows."""
    return Finding("form", Text("findings.phone"), "certain", Text("findings.remedy_phone_applied"))

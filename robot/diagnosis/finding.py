"""A finding: the link that does not hold, the cause, how certain it is, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from robot.errors import BrowserFailed, CertificateNotOffered, DriverFailed, LogInFailed, PortalUnavailable, TokenGone
from robot.texts import Text

if TYPE_CHECKING:
    from robot.errors import RobotError
    from robot.texts import Language

Link = Literal["portal", "browser", "page", "extension", "host", "token", "form", "unknown"]
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


def finding_of(error: RobotError) -> Finding | None:
    """The finding that an error is by itself, where it names a link; None for a business refusal and the like."""
    named: dict[type[RobotError], tuple[Link, str]] = {
        BrowserFailed: ("browser", "findings.remedy_browser"),
        CertificateNotOffered: ("token", "findings.remedy_token"),
        DriverFailed: ("token", "findings.remedy_token"),
        LogInFailed: ("token", "findings.remedy_token"),
        TokenGone: ("token", "findings.remedy_token"),
        PortalUnavailable: ("portal", "findings.remedy_portal"),
    }
    for kind, (link, remedy) in named.items():
        if isinstance(error, kind):
            return Finding(link, error.text, "certain", Text(remedy))
    return None

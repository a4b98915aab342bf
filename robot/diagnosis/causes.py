"""From what the probes saw to one cause: the earliest broken link, how certain it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.diagnosis.codes import CODES, PLACE
from robot.diagnosis.finding import Finding
from robot.diagnosis.probe import Probe
from robot.errors import BrowserFailed, ChainBroken, FormAbsent, PortalUnavailable
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.diagnosis.finding import Certainty
    from robot.errors import RobotError


@dataclass(frozen=True)
class Cause:
    """What a code means: certain where the probe has seen the fault itself, likely where it has seen its effect only.

    `text` and `remedy` are keys of the catalogue; the probe's fact fills both. `may_apply`: the robot can do the remedy itself.
    """

    certainty: Certainty
    text: str
    remedy: str
    may_apply: bool = False


# Seen by its effect only: the same may come from elsewhere, so the known remedy is still worth trying once.
_LIKELY: Final = frozenset(
    {
        "page_script_error",
        "page_request_failed",
        "worker_silent",
        "host_silent",
        "host_unreached",
        "host_failed",
        "driver_failed",
        "token_several",
    }
    | {"token_failed", "extension_old", "clock_skew", "form_phone", "dialog_unasked", "dialog_unanswered"}
)
# What the native host needs for an answer about a certificate.
_LEANT_ON: Final = frozenset({"driver", "token", "certificate"})
_MAY_APPLY: Final = frozenset(
    {"manifest_missing", "manifest_unreadable", "manifest_wrong_name", "manifest_forbidden"}
    | {"worker_silent", "extension_missing", "host_library_missing"}
)
CAUSES: Final[dict[str, Cause]] = {
    code: Cause("likely" if code in _LIKELY else "certain", f"causes.{code}", f"remedies.{code}", code in _MAY_APPLY)
    for code in CODES
}
# What the agent's own error between robot and token means, by its sentence's key; any other one is `token_failed`.
_TROUBLES: Final = {
    "driver_file_absent": "driver_missing",
    "driver_wrong_architecture": "driver_wrong_architecture",
    "driver_dependency_missing": "driver_dependency_missing",
    "pin_locked": "pin_locked",
    "pin_final_try": "pin_final_try",
    "token_gone": "token_absent",
    "token_stopped": "pin_stopped",
    "certificate_absent": "certificate_missing",
    "certificate_not_offered": "certificate_other_organisation",
    "certificate_expired": "certificate_expired",
}


def name_cause(probes: Sequence[Probe]) -> Finding:
    """The earliest broken link of the chain as the cause, the others mentioned; without one the cause is unknown, and said so.

    A link seen by its effect only yields to one that it leans on and that was itself seen broken.
    """
    faults = sorted((probe for probe in probes if probe.state == "broken"), key=lambda probe: PLACE[probe.code])
    if not faults:
        return _unknown(probes)
    first = faults[0]
    if first.by_effect:
        first = next((probe for probe in faults if probe.link in _LEANT_ON and not probe.by_effect), first)
    others = [probe for probe in faults if probe is not first]
    cause = CAUSES[first.code]
    return Finding(
        link=first.link,
        cause=first.fact,
        certainty="likely" if first.by_effect else cause.certainty,
        remedy=Text(cause.remedy, first.fact.fills),
        code=first.code,
        also=tuple(probe.fact for probe in others),
        probes=tuple(probes),
    )


def no_cause(why: str) -> Finding:
    """The chain could not be looked at; that is said, and no cause."""
    return Finding("unknown", Text("findings.unknown", {"seen": why}), "unknown", Text("findings.remedy_person"))


def trouble_of(said: Text) -> Probe:
    """What went wrong between the robot's own signer and the token, in its own words; it needs no further look."""
    code = _TROUBLES.get(said.key.removeprefix("errors."), "token_failed")
    fills = {"token": said.fills.get("serial", "-"), "why": said, **said.fills}
    return Probe(CODES[code], code, "broken", Text(said.key, fills))


def phone_remedied() -> Finding:
    """The finding after known remedy 1 has worked: the phone number was the cause, as the outcome shows."""
    return Finding("form", Text("findings.phone"), "certain", Text("findings.remedy_phone_applied"), "form_phone")


def finding_of(error: RobotError) -> Finding | None:
    """The finding that an error is by itself, where it names a link; None for a business refusal and the like."""
    if isinstance(error, BrowserFailed):
        return Finding("browser", error.text, "certain", Text("remedies.browser_failed"), "browser_failed")
    if isinstance(error, PortalUnavailable):
        return Finding("portal", error.text, "certain", Text("findings.remedy_portal"))
    if isinstance(error, ChainBroken) and not isinstance(error, FormAbsent):
        return name_cause([trouble_of(error.text)])
    return None


def _unknown(probes: Sequence[Probe]) -> Finding:
    unseen = [probe.fact for probe in probes if probe.state == "unknown"]
    cause = Text("findings.all_answer")
    return Finding("unknown", cause, "unknown", Text("findings.remedy_person"), also=tuple(unseen), probes=tuple(probes))

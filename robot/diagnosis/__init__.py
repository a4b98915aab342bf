"""Diagnosis: which link between the page and the token is broken, and what to do about it."""

from typing import TYPE_CHECKING

from robot.lazy import fetched

if TYPE_CHECKING:
    from robot.diagnosis.case import Case, stopped_tokens
    from robot.diagnosis.causes import CAUSES, Cause, finding_of, name_cause, no_cause, phone_remedied, trouble_of
    from robot.diagnosis.chain import Scene, begin_look, look_along, whole
    from robot.diagnosis.cheap import Looking, cheap_half
    from robot.diagnosis.codes import CHAIN, CODES, LINKS, Link
    from robot.diagnosis.finding import Certainty, Finding
    from robot.diagnosis.probe import Probe, State
    from robot.diagnosis.sightings import Sightings
    from robot.diagnosis.unavailable import look_at_portal

__all__ = [
    "CAUSES",
    "CHAIN",
    "CODES",
    "LINKS",
    "Case",
    "Cause",
    "Certainty",
    "Finding",
    "Link",
    "Looking",
    "Probe",
    "Scene",
    "Sightings",
    "State",
    "begin_look",
    "cheap_half",
    "finding_of",
    "look_along",
    "look_at_portal",
    "name_cause",
    "no_cause",
    "phone_remedied",
    "stopped_tokens",
    "trouble_of",
    "whole",
]

__getattr__ = fetched(
    __name__,
    {
        "case": "Case stopped_tokens",
        "causes": "CAUSES Cause finding_of name_cause no_cause phone_remedied trouble_of",
        "chain": "Scene begin_look look_along whole",
        "cheap": "Looking cheap_half",
        "codes": "CHAIN CODES LINKS Link",
        "finding": "Certainty Finding",
        "probe": "Probe State",
        "sightings": "Sightings",
        "unavailable": "look_at_portal",
    },
)

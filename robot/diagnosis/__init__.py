"""Diagnosis: which link between the page and the token is broken, and what to do about it."""

from robot.diagnosis.causes import CAUSES, Cause, finding_of, name_cause, no_cause, phone_remedied, trouble_of
from robot.diagnosis.chain import look_along
from robot.diagnosis.codes import CHAIN, CODES, LINKS, Link
from robot.diagnosis.finding import Certainty, Finding
from robot.diagnosis.probe import Probe, State

__all__ = [
    "CAUSES",
    "CHAIN",
    "CODES",
    "LINKS",
    "Cause",
    "Certainty",
    "Finding",
    "Link",
    "Probe",
    "State",
    "finding_of",
    "look_along",
    "name_cause",
    "no_cause",
    "phone_remedied",
    "trouble_of",
]

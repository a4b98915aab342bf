"""Diagnosis: which link between the page and the token is broken, and what to do about it."""

from robot.diagnosis.chain import look_along
from robot.diagnosis.finding import Finding, finding_of, phone_remedied

__all__ = ["Finding", "finding_of", "look_along", "phone_remedied"]

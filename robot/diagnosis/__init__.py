"""Diagnosis: which link between the page and the token is broken, and what to do about it."""

from robot.diagnosis.chain import look_along
from robot.diagnosis.finding import Finding, phone_remedied

__all__ = ["Finding", "look_along", "phone_remedied"]

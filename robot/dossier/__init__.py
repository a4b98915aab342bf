"""Dossiers (hồ sơ) as files: what one says about itself, what is wrong with it; its bytes are never written again."""

from typing import TYPE_CHECKING

from robot.lazy import fetched

if TYPE_CHECKING:
    from robot.dossier.authority import load_authorities
    from robot.dossier.check import Checked, Checker, Owner
    from robot.dossier.fault import CONTAINER, Fault, Severity
    from robot.dossier.head import DossierHead, read_head
    from robot.dossier.limits import CHECK_LIMITS, LIMITS, Limits
    from robot.dossier.model import Declared, Dossier, Form, Row
    from robot.dossier.read import read_dossier
    from robot.dossier.rules import Rules, load_rules

__all__ = [
    "CHECK_LIMITS",
    "CONTAINER",
    "LIMITS",
    "Checked",
    "Checker",
    "Declared",
    "Dossier",
    "DossierHead",
    "Fault",
    "Form",
    "Limits",
    "Owner",
    "Row",
    "Rules",
    "Severity",
    "load_authorities",
    "load_rules",
    "read_dossier",
    "read_head",
]

__getattr__ = fetched(
    __name__,
    {
        "authority": "load_authorities",
        "check": "Checked Checker Owner",
        "fault": "CONTAINER Fault Severity",
        "head": "DossierHead read_head",
        "limits": "CHECK_LIMITS LIMITS Limits",
        "model": "Declared Dossier Form Row",
        "read": "read_dossier",
        "rules": "Rules load_rules",
    },
)

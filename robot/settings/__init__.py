"""Settings: `robot.toml`, then the environment (`VSS_ROBOT_…`) over it, into one strict model."""

from robot.settings.load import FILE_NAME, SETTINGS_VARIABLE, VAULT_FD_VARIABLE, find, load, without_file
from robot.settings.model import (
    Browser,
    Evidence,
    Ledger,
    Mail,
    MailPatterns,
    Organisation,
    Portal,
    Questions,
    Settings,
    Timers,
    Vault,
)
from robot.settings.setup import Setup
from robot.settings.signing import Consent, OrganisationToken, Signing
from robot.settings.verdict import MailVerdict

__all__ = [
    "FILE_NAME",
    "SETTINGS_VARIABLE",
    "VAULT_FD_VARIABLE",
    "Browser",
    "Consent",
    "Evidence",
    "Ledger",
    "Mail",
    "MailPatterns",
    "MailVerdict",
    "Organisation",
    "OrganisationToken",
    "Portal",
    "Questions",
    "Settings",
    "Setup",
    "Signing",
    "Timers",
    "Vault",
    "find",
    "load",
    "without_file",
]

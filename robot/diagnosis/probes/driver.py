"""The token's driver: there, for this machine, complete, and answering; loaded in a process of its own, never logged in to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.diagnosis.probe import Probe, broken, ok, unknown
from robot.errors import DriverFailed, RobotError, SettingsError
from robot.signing.token import find_driver, list_tokens

if TYPE_CHECKING:
    from robot.signing.token import Token

_CODES: Final = {
    "file_absent": "driver_missing",
    "wrong_architecture": "driver_wrong_architecture",
    "dependency_missing": "driver_dependency_missing",
}


@dataclass(frozen=True)
class DriverSeen:
    """The probe, and the tokens that a working driver shows (None where it does not work)."""

    probe: Probe
    tokens: list[Token] | None = None


def look_at_driver(named: str, within_s: float) -> DriverSeen:
    """Load the driver of this name (as the settings write it) and ask it for its tokens."""
    if not named:
        return DriverSeen(unknown("driver", "driver_unset"))
    try:
        path = find_driver(named)
    except SettingsError:
        return DriverSeen(broken("driver_missing", file=named))
    try:
        tokens = list_tokens(path, within_s)
    except DriverFailed as wrong:
        code = _CODES.get(wrong.cause)
        return DriverSeen(broken(code, **wrong.text.fills) if code else broken("driver_failed", why=wrong.text))
    except RobotError as wrong:
        return DriverSeen(broken("driver_failed", why=wrong.text))
    return DriverSeen(ok("driver", "driver", file=path.name), tokens)

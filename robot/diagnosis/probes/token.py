"""The token: plugged in, which one where there are several, and its PIN's state by its flags and by the robot's own books.

The flags are read as they stand (C_GetTokenInfo): nothing is logged in to and no try of the PIN is spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.diagnosis.probe import Probe, broken, ok, unknown
from robot.identifiers import same_tax_code
from robot.signing.token import PinState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.settings import Organisation
    from robot.signing.token import Token


@dataclass(frozen=True)
class TokenSeen:
    """The probe, and the organisation's token where it is known."""

    probe: Probe
    token: Token | None = None


def look_at_token(tokens: Sequence[Token] | None, organisation: Organisation | None) -> TokenSeen:
    """Which of the tokens plugged in is the organisation's: the one that is pinned, else the one with its certificate."""
    if tokens is None:
        return TokenSeen(unknown("token", "not_looked_at_token"))
    seen = ", ".join(_name(token) for token in tokens) or "-"
    if organisation is None:
        return TokenSeen(ok("token", "token", token=seen) if tokens else broken("token_absent", seen=seen))
    pinned = organisation.token.serial
    if pinned:
        found = [token for token in tokens if token.serial == pinned]
    else:
        found = [token for token in tokens if _holds(token, organisation.tax_code)]
        if not found and len(tokens) == 1:
            found = list(tokens)  # the wrong one, or a blank one: its certificate tells, which is a finding of its own
    if not found:
        return TokenSeen(broken("token_absent", seen=seen))
    if len(found) > 1 and not organisation.token.certificate_serial:
        return TokenSeen(broken("token_several", seen=", ".join(map(_name, found))), found[0])
    if len(tokens) > 1:
        return TokenSeen(ok("token", "token_several", count=len(tokens), token=_name(found[0])), found[0])
    return TokenSeen(ok("token", "token", token=_name(found[0])), found[0])


def look_at_pin(token: Token | None, stopped: Mapping[str, str]) -> Probe:
    """The PIN's state; `stopped` are the tokens that the robot does not log in to any more, by serial."""
    if token is None:
        return unknown("token", "not_looked_at_token")
    if token.pin_state is PinState.LOCKED:
        return broken("pin_locked", token=_name(token))
    if token.pin_state is PinState.FINAL_TRY:
        return broken("pin_final_try", token=_name(token))
    if token.serial in stopped:
        return broken("pin_stopped", token=token.serial, said=stopped[token.serial])
    return ok("token", "pin", token=_name(token))


def _name(token: Token) -> str:
    return f"{token.label} ({token.serial})"


def _holds(token: Token, tax_code: str) -> bool:
    return any(same_tax_code(code, tax_code) for held in token.certificates for code in held.tax_codes)

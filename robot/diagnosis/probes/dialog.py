"""The list of certificates: whether the page asked for it, and whether it waits for a person before a window of the vendor's.

The window is native and no browser tool reaches it: it is known by a question without an answer at a host that lives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from robot.diagnosis.probe import Probe, broken, ok, unknown
from robot.signing.relay.reading import awaited

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.diagnosis.sightings import Asking

_BY_A_PERSON: Final = frozenset({"CERT", "SIGN", "get-signing-certificate", "sign"})


def open_dialog(heard: Asking | None, entries: list[dict[str, Any]], *, started: Callable[[], bool]) -> Probe | None:
    """The probe of a question that a living host owes its answer to; None where there is none.

    The relay's transcript knows; without one, what was overheard of the page, and whether a host was `started` and lives.
    """
    owed = awaited(entries) in _BY_A_PERSON
    if not entries and heard is not None and not heard.answered:
        owed = started()
    if not owed:
        return None
    return broken("dialog_unanswered", seconds=round(heard.seconds) if heard is not None else "?")


def look_at_dialog(heard: Asking | None, *, has_phone: bool, asked: bool) -> Probe:
    """The page's question for the certificates, where everything before it is in order; `asked`: a flow has asked for them."""
    if heard is not None:
        if not heard.answered:
            return unknown("dialog", "dialog_unseen")
        if heard.code == "ok":
            return ok("dialog", "dialog")
        return refused(heard.code)
    if not asked:
        return unknown("dialog", "dialog_unseen")
    # Known fault 1: the page stops in silence before it asks the extension, while a phone number is filled in.
    return broken("form_phone" if has_phone else "dialog_unasked")


def refused(code: str) -> Probe:
    """What a refusal of the public token-signing protocol means, by its code; most codes tell an effect, not its cause."""
    match code:
        case "user_cancel":
            return broken("dialog_cancelled")
        case "pin_blocked":
            return broken("pin_locked", token="-")  # noqa: S106 - no password, the token's name is not told
        case "driver_error":
            return replace(broken("driver_failed", why=code), by_effect=True)
        case "no_certificates":
            return replace(broken("token_failed", why=code), by_effect=True)
    return replace(broken("host_failed", said=code), by_effect=True)

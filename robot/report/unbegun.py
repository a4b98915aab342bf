"""Why a dossier that a night had planned was not started, as far as the books tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from robot.clock import shown
from robot.errors import PersonAwaited
from robot.ledger.item import OWNED
from robot.ledger.nights import PUT_OFF
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from robot.ledger import Ledger
    from robot.ledger.item import Item
    from robot.ledger.nights import Night, NightItem

STOPPED: Final = ("portal_down", "map", "stopped")


@dataclass(frozen=True)
class Unbegun:
    """A reason: its code, for programs, and a sentence by language.

    Codes: `waits` and `working` while the night runs; `cancelled`, `given_back`, `person`, `session`, `later`; what stopped the
    whole night (`until`, `portal_down`, `map`, `stopped`, `abandoned`); `unknown` in books from before it was noted.
    """

    code: str
    said: Mapping[str, str]


def why_unbegun(ledger: Ledger, night: Night, of_night: NightItem, item: Item) -> Unbegun:
    """The reason for one dossier; a reason of its own or of its organisation comes before the night's."""
    if night.ended is None:
        return _because("working" if item.state in OWNED else "waits")
    if item.state == "cancelled":
        return _because("cancelled")
    if of_night.run is not None:
        return _given_back(ledger, night, item)
    put_off = ((night.facts or {}).get(PUT_OFF) or {}).get(item.organisation)
    return _put_off(put_off) if put_off is not None else _nights(night, night.ended, item)


def _nights(night: Night, ended: datetime, item: Item) -> Unbegun:
    """What stopped the whole night, unless the dossier was not due in it."""
    stopped = (night.facts or {}).get("stopped")
    if item.not_before is not None and item.not_before > ended and item.state in {"planned", "unknown"}:
        return _because("later", at=shown(item.not_before))
    if stopped == "until" and night.until is not None:
        return _because("until", until=shown(night.until))
    if stopped in STOPPED:
        return _because(str(stopped))
    return _because("abandoned" if night.outcome == "abandoned" else "unknown")


def _given_back(ledger: Ledger, night: Night, item: Item) -> Unbegun:
    """The last move of the night says why."""
    moves = [move for move in ledger.queue.moves(item.id) if night.ended is None or move.at <= night.ended]
    why: dict[str, str] = {language: moves[-1].why_in(language) if moves else "" for language in LANGUAGES}
    return _filled("given_back", why) if all(why.values()) else _because("given_back_bare", code="given_back")


def _put_off(put_off: Mapping[str, Any]) -> Unbegun:
    said = put_off.get("said")
    if put_off.get("error") == PersonAwaited.__name__:
        return _filled("session", said, code="person") if said else _because("person")
    return _filled("session", said) if said else _because("session_bare", code="session")


def _because(key: str, *, code: str = "", **fills: Any) -> Unbegun:
    said: dict[str, str] = {language: Text(f"night.left_{key}", fills).say(language) for language in LANGUAGES}
    return Unbegun(code or key, said)


def _filled(key: str, why: Mapping[str, str], *, code: str = "") -> Unbegun:
    said: dict[str, str] = {language: Text(f"night.left_{key}", {"why": why[language]}).say(language) for language in LANGUAGES}
    return Unbegun(code or key, said)

"""A dossier on its way to the portal, as the books have it, and the ways in which a move of it can be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from robot.ledger.rows import Effect
    from robot.texts import Language

    FaultsSaid = Mapping[Any, Sequence[Mapping[str, Any]]]

ItemState = Literal[
    "planned", "claimed", "prepared", "signed", "intent", "unknown", "accepted", "done", "refused", "held", "cancelled"
]
STATES: tuple[ItemState, ...] = (
    "planned",
    "claimed",
    "prepared",
    "signed",
    "intent",
    "unknown",
    "accepted",
    "done",
    "refused",
    "held",
    "cancelled",
)
BEFORE_INTENT: tuple[ItemState, ...] = ("claimed", "prepared", "signed")  # whatever is given up here may be begun again
OWNED: tuple[ItemState, ...] = (*BEFORE_INTENT, "intent")
ENDED: tuple[ItemState, ...] = ("done", "refused", "cancelled")
SOURCES = ("outbox", "queue", "run")
SUBMISSION = "submission"  # the kind of effect that sending a dossier is


@dataclass(frozen=True)
class NewItem:
    """A dossier to be sent: `key` is unit/procedure/period/round, `name` the file's name as the portal will see it."""

    organisation: str
    key: str
    file: str
    name: str
    sha256: str
    size: int
    source: str = "queue"
    priority: int = 0


@dataclass(frozen=True)
class Item:
    """A dossier in the books. `run` has it while `lease` lasts; `fence` grows with every claim. Times are UTC.

    `effect` is the number of its sending, from the intent on; `looks` counts look-ups that proved it absent since; `not_before`
    is when it may be taken up again. `said` is why it was refused or held, `faults` what is wrong with it (as `Fault.as_json` has
    it); both are by language.
    """

    id: int
    organisation: str
    key: str
    file: str
    name: str
    sha256: str
    size: int
    source: str
    priority: int
    state: ItemState
    amends: int | None
    run: str | None
    fence: int
    lease: datetime | None
    effect: int | None
    looks: int
    looked: datetime | None
    not_before: datetime | None
    said: Mapping[str, str] | None
    faults: FaultsSaid | None
    added: datetime
    changed: datetime

    @property
    def round_number(self) -> int:
        """The round ("đợt") of the business key."""
        return int(self.key.rpartition("/")[2])

    def faults_in(self, language: Language) -> Sequence[Mapping[str, Any]]:
        """The faults in a person's language."""
        return in_language(self.faults, language)


@dataclass(frozen=True)
class Move:
    """One step of an item's way: from state to state, by which run, and why (`said` by language, where it has one)."""

    id: int
    item: int
    at: datetime
    before: str | None
    after: str
    run: str | None
    fence: int
    why: str | None
    said: Mapping[str, str] | None = None

    def why_in(self, language: Language) -> str:
        """The reason in a person's language; somebody else's words, and those of older books, as they are."""
        return (self.said or {}).get(language) or self.why or ""


@dataclass(frozen=True)
class Proof:
    """One piece of evidence that the portal has a dossier: its kind (PROOF_KINDS), the number it shows, where it was seen."""

    kind: str
    number: str
    said: str = ""


# Where a receipt can be seen; two kinds of them make an acceptance. A person's word counts as one, and names the number.
PROOF_KINDS = ("page", "network", "lookup", "number", "mail", "person")


class ItemStands(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """The same matter is in the books: planned, on its way, sent, or refused with these very bytes."""

    def __init__(self, item: Item | None, effect: Effect | None, *, same_bytes: bool) -> None:
        self.item = item
        self.effect = effect
        self.same_bytes = same_bytes
        state = item.state if item is not None else effect.state if effect is not None else "?"
        super().__init__(f"{'the same' if same_bytes else 'another'} file of this matter is {state}")


class LostLease(Exception):  # noqa: N818 - the same
    """Somebody else has the item by now, or the lease has run out: whoever held it must not touch the portal."""

    def __init__(self, item: int, fence: int) -> None:
        self.item = item
        super().__init__(f"item {item}: claim {fence} holds no longer")


def in_language(faults: FaultsSaid | None, language: Language) -> Sequence[Mapping[str, Any]]:
    """Faults in a person's language; those of books from before they were kept in both are in English."""
    told = faults or {}
    return told.get(language) or told.get("en") or ()

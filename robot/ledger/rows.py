"""What the books hold, as plain frozen values, and the two ways in which writing into them can be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

EffectState = Literal["intent", "confirmed", "refused", "superseded"]
QuestionState = Literal["open", "answered", "expired"]

# Outcomes of runs and steps: the catalogue's [outcomes]. `usage`: the flow lacked something and sent nothing.
OUTCOMES = (
    "running",
    "done",
    "refused",
    "chain_broken",
    "form_absent",
    "portal_unavailable",
    "unknown",
    "waiting",
    "cancelled",
    "failed",
    "abandoned",
    "usage",
)


@dataclass(frozen=True)
class Run:
    """One run of a flow for one organisation (its key in the settings); `ended` is None while it runs. Times are UTC."""

    id: str
    flow: str
    organisation: str
    parameters: Mapping[str, str]
    evidence: Path
    outcome: str
    started: datetime
    ended: datetime | None
    receipt: Mapping[str, Any] | None
    finding: Mapping[str, Any] | None


@dataclass(frozen=True)
class Step:
    """One step of a run, by the name its flow gives it. Times are UTC."""

    id: int
    run: str
    name: str
    outcome: str
    started: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Effect:
    """Something done outside that must not be done twice: intended before the click, settled by what came after.

    `kind` and `key` say what it is (a dossier's unit, procedure, period and round), `attempt` counts from 1; the three are
    unique for ever. `receipt` is the portal's, once confirmed; `said` its words, once refused. Times are UTC.
    """

    id: int
    run: str
    organisation: str
    kind: str
    key: str
    attempt: int
    state: EffectState
    detail: Mapping[str, str]
    receipt: Mapping[str, Any] | None
    said: str | None
    intended: datetime
    settled: datetime | None


@dataclass(frozen=True)
class Question:
    """Something only a person can answer; the answer itself is never written here. Times are UTC."""

    id: int
    run: str
    kind: str
    picture: str
    state: QuestionState
    asked: datetime
    settled: datetime | None


class EffectStands(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """The newest attempt at the same effect is confirmed, or intended with no answer: nothing is sent again.

    What that means is the caller's to say: confirmed is "already done", intent is "look it up".
    """

    def __init__(self, effect: Effect) -> None:
        self.effect = effect
        super().__init__(f"{effect.kind} {effect.key}: attempt {effect.attempt} is {effect.state}")


class WrongState(Exception):  # noqa: N818 - the same
    """A row of the books cannot go where the caller wants it: a fault of ours."""

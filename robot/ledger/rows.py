"""What the books hold, as plain frozen values, and the two ways in which writing into them can be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

EffectState = Literal["intent", "confirmed", "refused", "superseded", "absent"]
QuestionState = Literal["open", "answered", "expired"]
TokenState = Literal["clear", "pending", "stopped"]
SIGNERS = ("vendor", "pkcs11")
TOKEN_STATES = ("clear", "pending", "stopped")

# What a mail about a dossier came to: `unmatched` is about none that the books know, `contradicts` says another thing than the
# one before it. The last three change nothing and are a person's to read.
VERDICTS = ("valid", "invalid", "not_understood", "unmatched", "contradicts")

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
    """One run of a flow for one organisation (its key in the settings); `ended` is None while it runs. Times are UTC.

    `token` is the serial of the token it signs with, `signing` says who signs and by whose consent, `alarms` what a person
    must look into (each with `kind` and a sentence a language).
    """

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
    token: str | None = None
    signing: Mapping[str, Any] | None = None
    alarms: Sequence[Mapping[str, str]] = ()
    night: int | None = None
    session: str | None = None


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
    proofs: Sequence[Mapping[str, str]] | None
    said: str | None
    intended: datetime
    settled: datetime | None


@dataclass(frozen=True)
class Question:
    """Something only a person can answer, about a run or an item; an answer is kept only where it is no secret. Times are UTC."""

    id: int
    run: str | None
    item: int | None
    organisation: str | None
    kind: str
    picture: str
    said: Mapping[str, str] | None
    choices: Sequence[str] | None
    state: QuestionState
    asked: datetime
    expires: datetime | None
    settled: datetime | None
    answer: str | None


@dataclass(frozen=True)
class Signature:
    """One signature made within a run: whose page asked for it (`origin`), with which certificate (serial, hex), over what.

    `digest` is the hash that was signed, hex. What was not seen is None, which happens with the signer `vendor` only.
    """

    id: int
    run: str
    at: datetime
    signer: str
    origin: str
    token: str | None
    certificate: str | None
    algorithm: str | None
    digest: str | None


@dataclass(frozen=True)
class Verdict:
    """What a mail (`letter`: its message id) said about a dossier that the portal had taken, the submission `effect`.

    `outcome` is one of VERDICTS; `faults` are as `robot.dossier.fault.Fault.as_json` has them, by language; `head` and `text`
    are the letter's, numbers of persons left out.
    """

    id: int
    organisation: str
    letter: str
    outcome: str
    effect: int | None
    number: str | None
    head: Mapping[str, str]
    faults: Mapping[str, Sequence[Mapping[str, Any]]]
    text: str
    booked: datetime


@dataclass(frozen=True)
class TokenRow:
    """The last log-in to a token: `pending` while the token is asked, `stopped` (`said` why) until a person clears it."""

    serial: str
    state: TokenState
    run: str | None
    begun: datetime
    settled: datetime | None
    said: str | None
    cleared: datetime | None


class TokenStopped(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """No log-in to this token until a person has cleared it: the last one was wrong, or never came back."""

    def __init__(self, row: TokenRow) -> None:
        self.row = row
        super().__init__(f"token {row.serial} is {row.state}: {row.said or 'its last log-in did not come back'}")


class TokenBusy(Exception):  # noqa: N818 - the same
    """Another running run has the token."""


class EffectStands(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """The newest attempt at the same effect is confirmed, or intended with no answer: nothing is sent again.

    What that means is the caller's to say: confirmed is "already done", intent is "look it up".
    """

    def __init__(self, effect: Effect) -> None:
        self.effect = effect
        super().__init__(f"{effect.kind} {effect.key}: attempt {effect.attempt} is {effect.state}")


class WrongState(Exception):  # noqa: N818 - the same
    """A row of the books cannot go where the caller wants it: a fault of ours."""

"""What proves what a run has done outside: sendings with their receipts, the portal's later verdicts, signatures made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from robot.clock import shown
from robot.drive.signed_by import signed_by
from robot.report.page.words import clock_time, known, told, told_as
from robot.report.said import Said, word

if TYPE_CHECKING:
    from robot.ledger import Effect, Ledger, Run, Signature, Verdict
    from robot.report.cover import Cover

Tone = Literal["good", "bad", "wait", "none"]
_TONES: dict[str, Tone] = {"confirmed": "good", "refused": "bad", "intent": "wait"}
_VERDICTS: dict[str, Tone] = {"valid": "good", "invalid": "bad"}


@dataclass(frozen=True)
class Sent:
    """One thing that left the house: what, under which matter, the portal's number, when, and where its receipt was seen."""

    what: Said
    key: str
    number: str
    state: Said
    tone: Tone
    sent: str
    settled: str
    proofs: tuple[Said, ...]


@dataclass(frozen=True)
class Judged:
    """What a mail of the portal's said later; `text` is the letter's, where it was not understood."""

    outcome: Said
    tone: Tone
    number: str
    received: str
    subject: str
    text: str


@dataclass(frozen=True)
class Signed:
    """One signature."""

    at: str
    origin: str
    signer: Said
    certificate: str
    algorithm: str
    digest: str


@dataclass(frozen=True)
class Proofs:
    """All of a run's; `signing` says who signs in it, None where nobody does."""

    sent: tuple[Sent, ...]
    judged: tuple[Judged, ...]
    signed: tuple[Signed, ...]
    signing: Said | None


def proofs(run: Run, ledger: Ledger, cover: Cover) -> Proofs:
    """What the books have of a run."""
    signer = signed_by(run)
    return Proofs(
        tuple(_sent(effect, cover) for effect in ledger.effects(run.id)),
        tuple(_judged(verdict, cover) for verdict in ledger.verdicts(run.id)),
        tuple(_signed(signature) for signature in ledger.signatures(run.id)),
        told("signs", how=Said.of(signer)) if signer is not None else None,
    )


def _sent(effect: Effect, cover: Cover) -> Sent:
    receipt = effect.receipt or {}
    return Sent(
        what=word(f"kind_{effect.kind}", effect.kind),
        key=cover.text(effect.key),
        number=str(receipt.get("number") or ""),
        state=told(f"effect_{effect.state}"),
        tone=_TONES.get(effect.state, "none"),
        sent=shown(effect.intended),
        settled=shown(effect.settled) if effect.settled else "",
        proofs=tuple(_proof(str(proof.get("kind", "")), str(proof.get("number", ""))) for proof in effect.proofs or ()),
    )


def _proof(kind: str, number: str) -> Said:
    where = known(f"page.proof_{kind}", kind)
    return Said(f"{where.vi}: {number}", f"{where.en}: {number}") if number else where


def _judged(verdict: Verdict, cover: Cover) -> Judged:
    understood = verdict.outcome in _VERDICTS
    return Judged(
        outcome=told_as(f"verdict.{verdict.outcome}"),
        tone=_VERDICTS.get(verdict.outcome, "wait"),
        number=verdict.number or "",
        received=shown(verdict.booked),
        subject=cover.text(verdict.head.get("subject", "")),
        text="" if understood else cover.text(" ".join(verdict.text.split())),
    )


def _signed(signature: Signature) -> Signed:
    return Signed(
        at=clock_time(signature.at),
        origin=signature.origin,
        signer=told(f"signer_{signature.signer}"),
        certificate=signature.certificate or "",
        algorithm=signature.algorithm or "",
        digest=signature.digest or "",
    )

"""One dossier's way to the portal, as a flow walks it; each step is in the books before the next one begins.

The rules are `robot.ledger.protocol`'s. Here is what they ask of whoever stands before the portal: an intent before the click,
a receipt that is seen in two ways after it, and where it was not seen a look-up that can be believed.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.errors import Cancelled, DossierUnreadable, OutcomeUnknown, Refused, RobotError, SessionExpired
from robot.flow.declare import Receipt
from robot.flow.effects import reason
from robot.ledger.item import BEFORE_INTENT, SUBMISSION, ItemStands, LostLease, NewItem, Proof
from robot.ledger.why import in_english
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.dossier import DossierHead
    from robot.ledger import Effect, Ledger
    from robot.ledger.item import Item
    from robot.settings.submission import Submission as Ways


@dataclass(frozen=True)
class Wanted:
    """What a look-up seeks: the matter, the file's name, from when on; numbers of other attempts; a dossier known to be there.

    `said` is the number that a person has named for it.
    """

    dossier: DossierHead
    round_number: int
    file_name: str
    since: datetime
    other_numbers: frozenset[str]
    control: str | None
    said: str | None = None


@dataclass(frozen=True)
class Seen:
    """What a look-up saw: the dossier, with its proofs; or not, and whether the control was seen in its place."""

    receipt: Receipt | None = None
    proofs: tuple[Proof, ...] = ()
    control_seen: bool = False
    why: Text | str = ""
    """Why it shows neither, where it does not."""


class LookUp(Protocol):
    """Whoever can look at the portal's list of dossiers."""

    def seek(self, wanted: Wanted) -> Seen:
        """Look for one dossier.

        Raises:
            PortalUnavailable: the list is not to be had.
        """


@dataclass
class Sending:
    """A sending under way: the flow says what it has seen, and where."""

    proofs: list[Proof] = field(default_factory=list)
    receipt: Receipt | None = None

    def seen(self, kind: str, receipt: Receipt | None) -> None:
        """A receipt was seen on the `page` or in the `network`'s answer; None where it was not."""
        if receipt is not None:
            self.receipt = self.receipt or receipt
            self.proofs.append(Proof(kind, receipt.number, receipt.at))

    @property
    def proved(self) -> bool:
        """Whether two kinds of evidence show one number."""
        return len({proof.kind for proof in self.proofs}) > 1 and len({proof.number for proof in self.proofs}) == 1


class Submission:
    """A dossier that this run has planned and claimed, or finds settled in the books."""

    before: Callable[[str], object] = staticmethod(lambda key: None)  # noqa: ARG005 - the parameter's name is the seam's
    """Called with the dossier's business key before the intent; an error keeps the dossier from being sent."""

    def __init__(self, ledger: Ledger, ways: Ways, run: str, organisation: str, dossier: DossierHead, round_number: int) -> None:
        self._ledger, self._books, self._ways = ledger, ledger.protocol, ways
        self.dossier = dossier
        self.round_number = round_number
        self.sent_anything = False
        self.receipt: Receipt | None = None
        self._first_run = run
        new = NewItem(
            organisation=organisation,
            key=dossier.business_key(round_number),
            file=str(dossier.file),
            name=dossier.file.name,
            sha256=dossier.sha256,
            size=dossier.size,
            source="run",
        )
        self._books.recover()
        try:
            planned = ledger.queue.plan(new)
        except ItemStands as stands:
            self.item = stands.item
            self.receipt = _taken_before(stands, new)
            self._first_run = stands.effect.run if stands.effect is not None else "-"
            return
        if planned.state == "held":
            raise OutcomeUnknown("item_held", item=planned.id, why=(planned.said or {}).get("en", "-"))
        claimed = self._books.claim(run, ways.lease_s, item=planned.id)
        if claimed is None:
            raise OutcomeUnknown("item_taken", item=planned.id, run=planned.run or "-")
        self.item = claimed

    def give_back(self) -> None:
        """The run begins anew: what it has claimed and not sent is planned again."""
        if self.item is not None and self.item.run is not None and self.item.state in BEFORE_INTENT:
            self.item = self._books.postpone(self.item, Text("moves.started_again"), 0)

    def keep(self) -> None:
        """The run is alive: its claim is renewed when half of its time is over. Whoever has lost it is told at the next step."""
        item, lease_s = self.item, self._ways.lease_s
        if item is None or item.run is None or item.lease is None:
            return
        if item.lease - datetime.now(UTC) < timedelta(seconds=lease_s / 2):
            with contextlib.suppress(LostLease):
                self.item = self._books.renew(item, lease_s)

    @property
    def first_run(self) -> str:
        """The run that sent it, where it was sent before."""
        return self._first_run

    @property
    def claim(self) -> Item:
        """The item, claimed by this run."""
        if self.item is None or self.item.run is None:
            message = "this dossier is settled"
            raise RuntimeError(message)
        return self.item

    @property
    def taken(self) -> Receipt:
        """The receipt; there is one after `sending` or `settle` has ended without an error."""
        if self.receipt is None:
            raise OutcomeUnknown("outcome_unknown", what=self.dossier.business_key(self.round_number), why="no receipt")
        return self.receipt

    @property
    def lost_sight(self) -> bool:
        """Whether an earlier sending's outcome is not known: it is looked up, and never sent again before that."""
        return self.item is not None and self.item.state == "unknown"

    def prepared(self) -> None:
        """The file is chosen, the form to choose a signature is there."""
        self.item = self._books.prepared(self.claim)

    def signed(self) -> None:
        """The certificate is chosen; the dossier's own signatures were there when it was read."""
        self.item = self._books.signed(self.claim)

    @contextlib.contextmanager
    def sending(self, look_up: LookUp, **detail: str) -> Iterator[Sending]:
        """Commit the intent, let the flow click, book the receipt; where none was seen twice, look the dossier up.

        Raises:
            Refused, SessionExpired: the portal said no in words, and has not taken it.
            OutcomeUnknown: nobody can tell yet.
        """
        self.before(self.claim.key)
        self.item = self._books.intend(self.claim, detail)
        self.sent_anything = True
        sending, why = Sending(), reason(None)
        try:
            yield sending
        except (SessionExpired, Refused) as no:
            if self._booked_no(no, sending, look_up):
                raise
            why = no.text
        except Cancelled:
            self.item = self._books.lose_sight(self.claim, Text("moves.cancelled"))
            raise
        except (RobotError, PlaywrightError) as wrong:
            why = reason(wrong)
        if sending.proved and sending.receipt is not None:
            self._accepted(sending.receipt, sending.proofs)
            return
        logger.bind(action="submission.unknown", item=self.claim.id).warning(str(in_english(why)))
        lost = self._books.lose_sight(self.claim, why)
        reclaimed = self._books.claim(str(self.claim.run), self._ways.lease_s, item=lost.id)
        if reclaimed is None:
            raise LostLease(lost.id, lost.fence)
        self.item = reclaimed
        self.settle(look_up, sending.proofs, why)

    def settle(self, look_up: LookUp, proofs: list[Proof] | None = None, why: Text | str = "") -> Receipt:
        """Look the dossier up, and book what that shows.

        Raises:
            OutcomeUnknown: it was not found, or the list is not to be had (the error's cause says which); the item waits for
                the next look, for a person, or to be sent again.
        """
        claim = self.claim
        what = f"{SUBMISSION} {claim.key}"
        try:
            seen = look_up.seek(self._wanted(claim))
        except (RobotError, PlaywrightError) as wrong:
            self.item = self._books.postpone(claim, reason(wrong), self._ways.back_off_s)
            if isinstance(wrong, Cancelled):
                raise
            raise OutcomeUnknown("outcome_unknown", what=what, why=why or reason(wrong)) from wrong
        together = Sending([*(proofs or []), *seen.proofs])
        if seen.receipt is not None and together.proved:
            return self._accepted(seen.receipt, together.proofs)
        control = self._wanted(claim).control
        if seen.receipt is not None or together.proofs or control is None or not seen.control_seen:
            shown = ", ".join(f"{proof.kind}: {proof.number}" for proof in together.proofs)
            said = Text("labels.look_up_inconclusive", {"what": what, "why": seen.why or shown or "-"})
            self.item = self._books.hold(claim, {language: said.say(language) for language in LANGUAGES})
            raise OutcomeUnknown("item_held", item=claim.id, why=said)
        self.item = self._books.saw_absent(claim, control, self._ways.lag_s)
        raise OutcomeUnknown("outcome_unknown", what=what, why=why or Text("moves.not_listed"))

    def _booked_no(self, no: SessionExpired | Refused, sending: Sending, look_up: LookUp) -> bool:
        """Book that the portal said no; not where something shows that it has the dossier all the same.

        A receipt may have been seen before the no. And a no to a dossier sent again may be about the one sent before, which
        look-ups had not shown: one more look-up tells.
        """
        if sending.proofs:
            return False
        if isinstance(no, Refused) and any(effect.state == "absent" for effect in self._attempts(self.claim)):
            try:
                seen = look_up.seek(self._wanted(self.claim))
            except (RobotError, PlaywrightError):
                return False
            if seen.receipt is not None:
                sending.receipt, sending.proofs = seen.receipt, [*seen.proofs]
                return False
        self.sent_anything = False
        if isinstance(no, SessionExpired):
            self.item = self._books.turn_away(self.claim, no.text)
        else:
            self.item = self._books.refuse(self.claim, {language: no.text.say(language) for language in LANGUAGES})
        return True

    def _attempts(self, claim: Item) -> list[Effect]:
        return self._ledger.attempts(SUBMISSION, claim.key)

    def _wanted(self, claim: Item) -> Wanted:
        attempts = self._attempts(claim)
        # One that was proved absent may show late, under its own time.
        open_ones = [effect for effect in attempts if effect.id == claim.effect or effect.state == "absent"]
        known = self._ledger.last_taken(SUBMISSION, claim.organisation, claim.effect)
        return Wanted(
            self.dossier,
            self.round_number,
            claim.name,
            min(effect.intended for effect in open_ones),
            frozenset(str(effect.receipt["number"]) for effect in attempts if effect.receipt),
            str((known.receipt or {})["number"]) if known else None,
            self._ledger.care.number_said(claim.id),
        )

    def _accepted(self, receipt: Receipt, proofs: list[Proof]) -> Receipt:
        accepted = self._books.accept(self.claim, receipt.model_dump(), proofs)
        # A dossier from the outbox is done when its file lies in the archive; whoever took it from there sees to that.
        self.item = accepted if accepted.source == "outbox" else self._books.done(accepted)
        self.receipt = receipt
        return receipt


def _taken_before(stands: ItemStands, new: NewItem) -> Receipt:
    """The receipt of the same file, sent before.

    Raises:
        DossierUnreadable: other bytes of the same matter; or these very bytes, refused by a verdict.
    """
    effect: Effect | None = stands.effect
    run: Any = effect.run if effect is not None else stands.item.run if stands.item is not None else None
    if not stands.same_bytes:
        raise DossierUnreadable("dossier_other_bytes", file=new.file, key=new.key, run=run or "-")
    if effect is None or effect.state != "confirmed":
        said = effect.said if effect is not None else ""
        raise DossierUnreadable("dossier_same_bytes", file=new.file, run=run or "-", said=said or "-")
    return Receipt.model_validate(effect.receipt)

"""A dossier's way into the queue: read, checked, planned, or a sentence why not; one way for outbox, command and resubmit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from robot.dossier import Checker, Owner, load_authorities, load_rules, read_dossier, read_head
from robot.dossier.changes import Change, changes
from robot.errors import DossierFaulty, DossierUnreadable, UsageError
from robot.flow.sent import sent_copy
from robot.ledger.item import SUBMISSION, ItemStands, NewItem
from robot.ledger.rows import WrongState
from robot.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.dossier import Checked, DossierHead
    from robot.drive.office import Office
    from robot.ledger import Effect
    from robot.ledger.item import Item


@dataclass(frozen=True)
class Examined:
    """A dossier without errors that belongs to the organisation; `checked` has its warnings."""

    organisation: str
    head: DossierHead
    round_number: int
    checked: Checked

    @property
    def key(self) -> str:
        """Unit, procedure, period and round."""
        return self.head.business_key(self.round_number)


@dataclass(frozen=True)
class Compared:
    """What a corrected dossier has other than the refused one; None where that is no longer kept, and `unknown` says why."""

    refused: Effect
    changes: tuple[Change, ...] | None
    unknown: str = ""


def checker_of(office: Office) -> Checker:
    """The check with the office's own rules and authorities; made once for many files.

    Raises:
        UsageError: a rule file or an authority's certificate is wrong.
    """
    known = office.settings.dossier
    return Checker(load_rules(known.rules_dir), load_authorities(known.ca_files))


def examine(office: Office, checker: Checker, organisation: str, head: DossierHead, round_number: int) -> Examined:
    """Check a dossier whose head was read (`read_head`) for an organisation.

    Raises:
        DossierUnreadable: it cannot be read, or belongs to another organisation.
        DossierFaulty: the check finds errors; all faults are in the error.
        UsageError: the file has changed since its head was read.
    """
    org = office.organisation(organisation)
    head.check_belongs_to(organisation, org.tax_code)
    checked = checker.check(head.file, Owner(organisation, org.tax_code, org.unit_code, org.agency_code))
    if checked.dossier.sha256 != head.sha256:
        raise UsageError("dossier_changed", file=head.file)
    if checked.errors:
        faults = {language: [fault.as_json(language) for fault in checked.faults] for language in LANGUAGES}
        said = first_fault(checked, office)
        raise DossierFaulty("dossier_faulty", faults, file=head.file, count=len(checked.errors), said=said)
    return Examined(organisation, head, round_number, checked)


def read_and_examine(office: Office, checker: Checker, organisation: str, file: Path, round_number: int) -> Examined:
    """The same from the file; errors are those of `examine` and of `read_head`."""
    return examine(office, checker, organisation, read_head(file), round_number)


def plan(office: Office, made: Examined, *, source: str, name: str, priority: int = 0, amends: int | None = None) -> Item:
    """Put an examined dossier into the queue; the very same one, still on its way, is the item it was.

    Raises:
        DossierUnreadable: the matter is in the books with other bytes, was taken, or was refused with these very bytes.
        UsageError: what is amended is another matter, or is on its way just now.
    """
    head = made.head
    new = NewItem(
        organisation=made.organisation,
        key=made.key,
        file=str(head.file),
        name=name,
        sha256=head.sha256,
        size=head.size,
        source=source,
        priority=priority,
    )
    try:
        return office.ledger.queue.plan(new, amends)
    except ItemStands as stands:
        raise _said(stands, new) from stands
    except WrongState as wrong:
        raise UsageError("amend_impossible", item=amends, key=made.key, why=wrong) from wrong


def amend(office: Office, before: Item, file: Path, *, source: str, name: str) -> Item:
    """Check a file and plan it in place of a dossier, by a person's explicit wish.

    Raises:
        DossierUnreadable, DossierFaulty: it cannot be sent.
        UsageError: it is another matter, or what became of the dossier must be known first.
    """
    office.ledger.reap()
    office.ledger.protocol.recover()
    made = read_and_examine(office, checker_of(office), before.organisation, file, before.round_number)
    return plan(office, made, source=source, name=name, priority=before.priority, amends=before.id)


def compare(office: Office, checker: Checker, made: Examined) -> Compared | None:
    """What it has other than the last sending of the same matter, where the portal has refused that; None where it has not."""
    refused = office.ledger.newest(SUBMISSION, made.key)
    if refused is None or refused.state != "refused":
        return None
    kept = sent_copy(office.settings.home, refused.detail.get("sha256", "-"))
    try:
        before = read_dossier(kept, checker.rules, checker.limits)
    except DossierUnreadable as wrong:
        return Compared(refused, None, str(wrong))
    return Compared(refused, changes(before, made.checked.dossier))


def first_fault(checked: Checked, office: Office) -> str:
    """The first error in a line."""
    fault = checked.errors[0]
    place = " ".join(str(part) for part in (fault.form, fault.row, fault.field) if part)
    return f"{place}: {fault.rule.say(office.settings.language)}"


def _said(stands: ItemStands, new: NewItem) -> DossierUnreadable:
    """Why the matter is not taken in, and what the operator can do."""
    effect, item = stands.effect, stands.item
    run = effect.run if effect is not None else "-"
    if stands.same_bytes and effect is not None and effect.state == "confirmed":
        number = (effect.receipt or {}).get("number", "-")
        return DossierUnreadable("matter_taken", file=new.file, key=new.key, number=number, run=run)
    if stands.same_bytes:
        said = effect.said if effect is not None else None
        return DossierUnreadable("dossier_same_bytes", file=new.file, run=run, said=said or "-")
    if item is not None:
        return DossierUnreadable(
            "matter_stands", file=new.file, key=new.key, item=item.id, state=Text(f"item_states.{item.state}")
        )
    return DossierUnreadable("dossier_other_bytes", file=new.file, key=new.key, run=run)

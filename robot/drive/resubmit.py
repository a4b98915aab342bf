"""A corrected dossier in place of one that the portal has refused: the same matter, other bytes, checked before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.dossier import read_head
from robot.drive.intake import checker_of, compare, examine
from robot.errors import DossierFaulty, DossierUnreadable, UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.dossier import DossierHead
    from robot.dossier.changes import Change
    from robot.drive.office import Office
    from robot.ledger import Effect

SUBMISSION: Final = "submission"


@dataclass(frozen=True)
class Resubmission:
    """What is going to be sent: for whom, the dossier and its round, and what it has other than the refused one.

    `changes` is None where the refused one is no longer kept, and `unknown` says why.
    """

    organisation: str
    dossier: DossierHead
    round_number: int
    refused: Effect
    changes: tuple[Change, ...] | None
    unknown: str = ""


def prepare(office: Office, file: Path, run: str) -> Resubmission:
    """See whether `file` may go up in place of what `run` has sent; nothing is sent here.

    Raises:
        NameUnknown: there is no such run.
        DossierUnreadable: the file cannot be read, belongs to another organisation, or has bytes that were refused before.
        DossierFaulty: the check still finds errors.
        UsageError: the run has sent nothing, or it stands; another matter.
    """
    key = office.ledger.run(run).organisation
    org = office.organisation(key)
    sent = [effect for effect in office.ledger.effects(run) if effect.kind == SUBMISSION]
    if not sent:
        raise UsageError("resubmit_nothing", run=run)
    refused = office.ledger.newest(SUBMISSION, sent[-1].key) or sent[-1]
    if refused.state != "refused":
        raise UsageError("resubmit_stands", run=refused.run, state=refused.state)
    head = read_head(file)
    head.check_belongs_to(key, org.tax_code)
    round_number = int(refused.key.rpartition("/")[2])
    if head.business_key(round_number) != refused.key:
        raise UsageError("resubmit_other_key", file=file, run=run, found=head.business_key(round_number), expected=refused.key)
    for attempt in office.ledger.attempts(SUBMISSION, refused.key):
        if attempt.detail.get("sha256") == head.sha256:
            raise DossierUnreadable("dossier_same_bytes", file=file, run=attempt.run, said=attempt.said or attempt.state)
    checker = checker_of(office)
    try:
        made = examine(office, checker, key, head, round_number)
    except DossierFaulty as faulty:
        raise DossierFaulty("resubmit_faulty", faulty.faults, **faulty.text.fills) from faulty
    compared = compare(office, checker, made)
    if compared is None:  # taken up by another process between two looks into the books
        raise UsageError("resubmit_stands", run=refused.run, state="-")
    return Resubmission(key, head, round_number, refused, compared.changes, compared.unknown)


def said(change: Change) -> Text:
    """A change for a person."""
    fills = {"form": change.form, "row": change.row or "-", "field": change.field}
    if change.what != "field":
        return Text(f"labels.changed_{change.what}", fills)
    return Text("labels.changed", {**fills, "before": change.before or "∅", "after": change.after or "∅"})

"""What the portal's list of dossiers proves of one: that it is there, that it is not, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from robot.clock import VIETNAM
from robot.flow.declare import Receipt
from robot.flow.submission import Seen
from robot.ledger.item import Proof
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from robot.flow.submission import Wanted

SENT = "%d/%m/%Y %H:%M:%S"
CLOCKS_APART = timedelta(minutes=10)  # between the portal's clock and ours


@dataclass(frozen=True)
class Row:
    """A row of the list, as it is shown."""

    number: str
    period: str
    round: str
    sent: str
    file: str


def judged(wanted: Wanted, shown: Sequence[Row], numbered: Callable[[str], bool]) -> Seen:
    """What the rows of the matter's procedure, period and round say; `numbered` asks whether a number, sought alone, is listed.

    A row of the matter that the books cannot explain, by its file name or its time, is no proof of absence: a clock may have
    been wrong, or somebody else has sent it.
    """
    matter = (wanted.dossier.period, f"{wanted.round_number:02d}")
    unknown = [row for row in shown if (row.period, row.round) == matter and row.number not in wanted.other_numbers]
    if wanted.said is not None:
        return _confirmed(wanted.said, unknown)
    earliest = wanted.since - CLOCKS_APART
    fitting = [row for row in unknown if row.file == wanted.file_name and _sent(row.sent) >= earliest]
    if len(fitting) == 1:
        found = fitting[0]
        proofs = [Proof("lookup", found.number, found.sent)]
        if numbered(found.number):
            proofs.append(Proof("number", found.number, found.sent))
        return Seen(Receipt(kind="dossier", number=found.number, at=found.sent), tuple(proofs))
    if unknown:
        others = ", ".join(f"{row.number} ({row.sent}, {row.file})" for row in unknown)
        return Seen(why=Text("look_up.others", {"rows": others, "fitting": len(fitting)}))
    if wanted.control is None:
        return Seen(why=Text("look_up.no_control"))
    if numbered(wanted.control):
        return Seen(control_seen=True)
    return Seen(why=Text("look_up.control_absent", {"control": wanted.control}))


def _confirmed(said: str, unknown: Sequence[Row]) -> Seen:
    """A person has named the number; the list must show it for this matter, under whatever time and name."""
    for row in unknown:
        if row.number == said:
            proofs = (Proof("person", said), Proof("lookup", said, row.sent))
            return Seen(Receipt(kind="dossier", number=said, at=row.sent), proofs)
    return Seen(why=Text("look_up.number_absent", {"number": said}))


def _sent(shown: str) -> datetime:
    """The time a row shows; the epoch where it shows none, so that such a row fits nothing."""
    try:
        return datetime.strptime(shown, SENT).replace(tzinfo=VIETNAM)
    except ValueError:
        return datetime.fromtimestamp(0, VIETNAM)

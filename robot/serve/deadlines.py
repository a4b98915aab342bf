"""The month's deadlines: of each organisation and each procedure that it hands in monthly, what the portal has of it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, or_, select

from robot.clock import VIETNAM
from robot.ledger.item import ENDED
from robot.ledger.queue_tables import items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.ledger import Ledger
    from robot.settings import Settings

Standing = Literal["sent", "under_way", "held", "missing", "late"]


@dataclass(frozen=True)
class Month:
    """A month of a year; said as the portal does, 11/2026."""

    year: int
    month: int

    @classmethod
    def now(cls) -> Month:
        """The month in Vietnam."""
        today = datetime.now(VIETNAM)
        return cls(today.year, today.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """`2026-11` as an address has it; None for anything else."""
        found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
        return cls(int(found[1]), int(found[2])) if found else None

    def other(self, by: int) -> Month:
        """So many months later."""
        months = self.year * 12 + self.month - 1 + by
        return Month(months // 12, months % 12 + 1)

    def day(self, day: int) -> date:
        """This day of it, the last one where it is shorter."""
        return date(self.year, self.month, min(day, calendar.monthrange(self.year, self.month)[1]))

    @property
    def period(self) -> str:
        """As a dossier's period (KyKeKhai) has it."""
        return f"{self.month:02d}/{self.year}"

    @property
    def address(self) -> str:
        """As an address has it."""
        return f"{self.year}-{self.month:02d}"


@dataclass(frozen=True)
class Due:
    """One procedure of one organisation: by when, how many dossiers the portal has, how many are on their way or held."""

    organisation: str
    name: str
    procedure: str
    day: date
    days_left: int
    sent: int
    under_way: int
    held: int

    @property
    def standing(self) -> Standing:
        """The worst that is to be said of it."""
        if self.held:
            return "held"
        if self.under_way:
            return "under_way"
        if self.sent:
            return "sent"
        return "late" if self.days_left < 0 else "missing"


def deadlines(ledger: Ledger, settings: Settings, month: Month, today: date | None = None) -> list[Due]:
    """Every organisation of the settings with each monthly procedure; what is missing, held or late comes first."""
    today = today or datetime.now(VIETNAM).date()
    day, counted = month.day(settings.serve.deadline_day), _counted(ledger, settings.serve.deadline_procedures, month)
    found = [
        Due(key, row.name, procedure, day, (day - today).days, *counted.get((key, procedure), (0, 0, 0)))
        for key, row in settings.organisations.items()
        for procedure in settings.serve.deadline_procedures
    ]
    order = ("late", "held", "missing", "under_way", "sent")
    return sorted(found, key=lambda due: (order.index(due.standing), due.organisation, due.procedure))


def _counted(ledger: Ledger, procedures: Sequence[str], month: Month) -> dict[tuple[str, str], tuple[int, int, int]]:
    """How many dossiers of the month were taken, are on their way, and are held, by organisation and procedure."""
    if not procedures:
        return {}
    of_month = or_(*(items.c.key.like(f"%/{procedure}/{month.period}/%") for procedure in procedures))
    wanted = select(items.c.organisation, items.c.key, items.c.state, func.count()).where(of_month)
    found: dict[tuple[str, str], list[int]] = {}
    with ledger.store.reading() as books:
        for organisation, key, state, number in books.execute(wanted.group_by(items.c.organisation, items.c.key, items.c.state)):
            own = found.setdefault((organisation, key.split("/")[1]), [0, 0, 0])
            if state in {"accepted", "done"}:
                own[0] += number
            elif state == "held":
                own[2] += number
            elif state not in ENDED:
                own[1] += number
    return {which: (own[0], own[1], own[2]) for which, own in found.items()}

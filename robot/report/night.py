"""The report of a night, from the books: counts that balance, by organisation, what was refused and held, slowest steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from robot.ledger.item import SUBMISSION
from robot.ledger.nights import UNSEEN, balances, result_of
from robot.ledger.queue_tables import RESULTS
from robot.report.unbegun import why_unbegun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger import Ledger
    from robot.ledger.item import Item
    from robot.ledger.nights import Night, NightItem

SLOWEST: Final = 5


@dataclass(frozen=True)
class Line:
    """One dossier of a night: what became of it, its number at the portal, seconds, and why where it was not accepted.

    `said` and `faults` (as `Fault.as_json` has them) are by language; `question` is what a person must still answer; `left` is
    why it was not started (a code of `robot.report.unbegun`), which `said` says in words.
    """

    item: int
    organisation: str
    key: str
    name: str
    result: str
    state: str
    run: str | None
    seconds: float
    number: str | None = None
    said: Mapping[str, str] | None = None
    faults: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    question: int | None = None
    left: str | None = None


@dataclass(frozen=True)
class SlowStep:
    """A step of the night's runs: how often, seconds in all and at the most, and the run that took longest."""

    name: str
    times: int
    seconds: float
    longest: float
    run: str


@dataclass(frozen=True)
class NightReport:
    """One night. `counts` has `planned`, the four results, `signatures`, `intents` and `confirmed`; times are UTC."""

    night: int
    machine: str
    begun: datetime
    ended: datetime | None
    until: datetime | None
    outcome: str | None
    counts: Mapping[str, int]
    organisations: Mapping[str, Mapping[str, int]]
    lines: Sequence[Line]
    slowest: Sequence[SlowStep]
    unseen: bool = False
    """Signatures were made without the robot, and are in no count."""
    limit: int | None = None
    """At most so many were planned (`--limit`)."""
    beyond_limit: int = 0
    """So many more were due, and are in no count."""

    @property
    def seconds(self) -> float:
        """From beginning to end; to now while it runs."""
        return ((self.ended or datetime.now(UTC)) - self.begun).total_seconds()

    @property
    def balanced(self) -> bool:
        """Whether everything planned has one result, and the signatures explain what was sent and no more."""
        return self.counts["planned"] == len(self.lines) and balances(self.counts, unseen=self.unseen)

    def of(self, result: str) -> list[Line]:
        """The dossiers with this result."""
        return [line for line in self.lines if line.result == result]


def report_of(ledger: Ledger, night: int) -> NightReport:
    """The report of a night that has ended, or of one that runs, as far as it is.

    Raises:
        NameUnknown: there is no such night.
    """
    found = ledger.nights.night(night)
    held = [question for question in ledger.open_questions() if question.kind == "held"]
    asked = {question.item: question.id for question in held if question.item is not None}
    lines = [_line(ledger, found, of_night, asked) for of_night in ledger.nights.items(night)]
    return NightReport(
        night=found.id,
        machine=found.machine,
        begun=found.begun,
        ended=found.ended,
        until=found.until,
        outcome=found.outcome,
        counts=_counts(ledger, found, lines),
        organisations={
            key: {"planned": len(own), **Counter(line.result for line in own)}
            for key in sorted({line.organisation for line in lines})
            if (own := [line for line in lines if line.organisation == key])
        },
        lines=lines,
        slowest=_slowest(ledger, night),
        unseen=bool((found.facts or {}).get(UNSEEN)),
        limit=(found.facts or {}).get("limit"),
        beyond_limit=(found.facts or {}).get("beyond_limit") or 0,
    )


def _line(ledger: Ledger, night: Night, of_night: NightItem, asked: Mapping[int, int]) -> Line:
    item = ledger.queue.item(of_night.item)
    result = of_night.result or result_of(item.state)
    accepted = result == "accepted"
    left = why_unbegun(ledger, night, of_night, item) if result == "not_started" else None
    said = left.said if left is not None else item.said
    return Line(
        item=item.id,
        organisation=item.organisation,
        key=item.key,
        name=item.name,
        result=result,
        state=item.state,
        run=of_night.run,
        seconds=round(of_night.seconds or 0.0, 1),
        number=_number(ledger, item) if accepted else None,
        said=None if accepted and item.state != "refused" else said,
        faults=item.faults or {},
        question=asked.get(item.id),
        left=left.code if left is not None else None,
    )


def _number(ledger: Ledger, item: Item) -> str | None:
    sent = next((effect for effect in ledger.attempts(SUBMISSION, item.key) if effect.id == item.effect), None)
    return str((sent.receipt or {}).get("number") or "") or None if sent is not None else None


def _counts(ledger: Ledger, night: Night, lines: Sequence[Line]) -> dict[str, int]:
    """The counts of the books where the night has ended, else those so far."""
    found = Counter(line.result for line in lines)
    counts = {"planned": len(lines), **{result: found[result] for result in RESULTS}}
    return counts | ledger.nights.signed(night.id)


def _slowest(ledger: Ledger, night: int) -> list[SlowStep]:
    """The steps that took longest in all."""
    spent: dict[str, list[tuple[float, str]]] = {}
    for step in ledger.night_steps(night):
        if step.ended is not None:
            spent.setdefault(step.name, []).append(((step.ended - step.started).total_seconds(), step.run))
    steps = [
        SlowStep(name, len(times), round(sum(one for one, _ in times), 1), round(max(times)[0], 1), max(times)[1])
        for name, times in spent.items()
    ]
    return sorted(steps, key=lambda step: step.seconds, reverse=True)[:SLOWEST]

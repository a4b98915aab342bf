"""The report of a night, or of all nights of one date: the balance, what a person must look into, each dossier, the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from robot.clock import shown
from robot.dossier import load_rules, read_dossier
from robot.errors import DossierUnreadable
from robot.flow.sent import sent_copy
from robot.ledger.queue_tables import RESULTS
from robot.report.night import report_of
from robot.report.page.environment import rendered
from robot.report.page.lanes import lanes
from robot.report.page.rows import forms
from robot.report.page.words import known, lasted, told
from robot.report.said import Said
from robot.texts import say_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.dossier import Dossier, Rules
    from robot.ledger import Ledger
    from robot.ledger.item import Item
    from robot.report.cover import Cover
    from robot.report.night import Line, NightReport
    from robot.report.page.lanes import Lanes
    from robot.report.page.rows import FormTold
    from robot.settings import Settings
    from robot.texts import Language

LOOKED_INTO: Final = ("refused", "held")


@dataclass(frozen=True)
class Look:
    """A dossier that a person must look into: why, its faults beside its rows, and the question that waits for an answer."""

    line: Line
    organisation: str
    why: Said | None
    forms: tuple[FormTold, ...]
    later: bool
    """Whether the portal had taken it, and refused it by a verdict since."""


@dataclass(frozen=True)
class Left:
    """Dossiers that were not started for one reason; whether they are still in the queue."""

    why: Said
    lines: tuple[Line, ...]
    stay: bool


@dataclass(frozen=True)
class Group:
    """One organisation's dossiers and counts by result."""

    key: str
    name: str
    counts: Mapping[str, int]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Slow:
    """A step by the time that it took in all."""

    name: Said
    times: int
    all: Said
    longest: Said
    run: str
    share: float


@dataclass(frozen=True)
class NightPage:
    """One night as its page tells it; times are local."""

    report: NightReport
    begun: str
    ended: str
    outcome: Said
    tone: str
    headline: Said
    lasted: Said
    looks: Mapping[str, Sequence[Look]]
    left: Sequence[Left]
    groups: Sequence[Group]
    lanes: Lanes | None
    slowest: Sequence[Slow]
    names: Mapping[str, str]
    results: Sequence[str] = RESULTS


def read_night(ledger: Ledger, night: int, settings: Settings, cover: Cover) -> NightPage:
    """What is to be told of a night that has ended, or of one that runs, as far as it is.

    Raises:
        NameUnknown: there is no such night.
    """
    report = report_of(ledger, night)
    names = {key: row.name for key, row in settings.organisations.items()}
    reading = _Reading(ledger, settings, cover, load_rules(settings.dossier.rules_dir), names)
    looks = {result: [reading.look(line) for line in report.of(result)] for result in LOOKED_INTO}
    looks["later"] = [reading.look(line, later=True) for line in report.of("accepted") if line.state == "refused"]
    most = max((step.seconds for step in report.slowest), default=0.0)
    return NightPage(
        report=report,
        begun=shown(report.begun),
        ended=shown(report.ended) if report.ended else "",
        outcome=known(f"night_outcomes.{report.outcome or 'running'}", str(report.outcome)),
        tone=_tone(report),
        headline=_headline(report),
        lasted=lasted(report.seconds),
        looks={name: found for name, found in looks.items() if found},
        left=_left(report, cover),
        groups=[
            Group(key, names.get(key, key), counts, tuple(line for line in report.lines if line.organisation == key))
            for key, counts in report.organisations.items()
        ],
        lanes=lanes(report, ledger.night_steps(night), names),
        slowest=[
            Slow(
                Said(say_step(step.name, "vi"), step.name),
                step.times,
                lasted(step.seconds),
                lasted(step.longest),
                step.run,
                round(step.seconds / most * 100, 1) if most else 0.0,
            )
            for step in report.slowest
        ],
        names=names,
    )


def night_page(nights: Sequence[NightPage], name: str, language: Language) -> str:
    """The page as HTML: one night, or several of the same date; `name` is what was asked for."""
    return rendered("page/night.html", language, nights=nights, name=name)


@dataclass(frozen=True)
class _Reading:
    """What the reading of each dossier needs."""

    ledger: Ledger
    settings: Settings
    cover: Cover
    rules: Rules
    names: Mapping[str, str]

    def look(self, line: Line, *, later: bool = False) -> Look:
        """A dossier with its reasons."""
        item = self.ledger.queue.item(line.item)
        faults = self._faults(item)
        dossier = self._dossier(item) if faults else None
        said = item.said or {}
        why = Said(self.cover.text(said.get("vi", "")), self.cover.text(said.get("en", ""))) if any(said.values()) else None
        name = self.names.get(line.organisation, line.organisation)
        return Look(line, name, why, tuple(forms(faults, self.rules, dossier)), later)

    def _faults(self, item: Item) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        verdict = self.ledger.verdict_of(item.effect) if item.effect is not None else None
        if verdict is not None and verdict.outcome == "invalid":
            return verdict.faults
        return item.faults or {}

    def _dossier(self, item: Item) -> Dossier | None:
        try:
            return read_dossier(sent_copy(self.settings.home, item.sha256), self.rules)
        except DossierUnreadable:
            return None


def _left(report: NightReport, cover: Cover) -> list[Left]:
    """By reason, the one of most dossiers first."""
    found: dict[tuple[str, str, str], list[Line]] = {}
    for line in report.of("not_started"):
        said = line.said or {}
        found.setdefault((line.left or "", said.get("vi", ""), said.get("en", "")), []).append(line)
    return [
        Left(Said(cover.text(vi), cover.text(en)), tuple(lines), report.ended is not None and code != "cancelled")
        for (code, vi, en), lines in sorted(found.items(), key=lambda row: -len(row[1]))
    ]


def _tone(report: NightReport) -> str:
    if report.ended is None:
        return "wait"
    if not report.balanced or report.outcome in {"unbalanced", "abandoned"}:
        return "bad"
    return "good" if report.counts["accepted"] == report.counts["planned"] else "wait"


def _headline(report: NightReport) -> Said:
    if report.ended is None:
        return told("night_runs")
    if report.outcome == "abandoned":
        return told("night_abandoned")
    if not report.balanced:
        return told("night_unbalanced")
    if not report.counts["planned"]:
        return told("night_empty")
    left = report.counts["planned"] - report.counts["accepted"]
    return (
        told("night_left", left=left, planned=report.counts["planned"])
        if left
        else told("night_done", planned=report.counts["planned"])
    )

"""What is to be told of one run: read from the covered files of its bundle and its rows in the books."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.clock import shown
from robot.report.chain import Link, draw
from robot.report.notices import Notice, notices
from robot.report.pictures import Picture, pictures
from robot.report.said import Said, word
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.ledger import Effect, Run, Step
    from robot.report.cover import Cover
    from robot.report.files import Packed
    from robot.settings import Settings

TONES = {"done": "good", "waiting": "wait", "unknown": "wait", "cancelled": "wait", "running": "wait"}


@dataclass(frozen=True)
class StepTold:
    """One step of the run."""

    name: Said
    done: bool
    seconds: float | None


@dataclass(frozen=True)
class FindingTold:
    """Cause, certainty and remedy."""

    cause: Said
    certainty: str
    certainty_said: Said
    remedy: Said
    also: tuple[Said, ...]
    code: str


@dataclass(frozen=True)
class Case:
    """One run as a help desk reads it."""

    run: str
    tone: str
    headline: Said
    facts: list[tuple[Said, Said]]
    said: Said | None
    finding: FindingTold | None
    chain: list[Link]
    steps: list[StepTold]
    sent: list[tuple[str, Said]]
    alarms: list[Said]
    pictures: list[Picture]
    notices: list[Notice]
    versions: list[tuple[Said, str]]


def read_case(
    run: Run, steps: Sequence[Step], effects: Sequence[Effect], settings: Settings, packed: Sequence[Packed], cover: Cover
) -> Case:
    """The case of a run; one that was killed has no `run.json`, and is told by its rows alone."""
    files = {file.name.partition("/")[2]: file.data for file in packed}
    kept = kept_run(files.get("run.json", b"{}"))
    finding = kept.get("finding_said")
    if finding is None and run.finding:
        finding = dict.fromkeys(("vi", "en"), cover.value(dict(run.finding)))
    mended = run.outcome == "done"
    said = kept.get("said") or {}
    versions = kept.get("versions") or {}
    return Case(
        run=run.id,
        tone=TONES.get(run.outcome, "bad"),
        headline=word("headline_mended" if mended and finding else f"headline_{run.outcome}", run.outcome),
        facts=_facts(run, settings),
        said=Said(str(said["vi"]), str(said["en"])) if said.get("vi") and not finding else None,
        finding=_finding(finding) if finding else None,
        chain=draw(finding, kept.get("probes") or {}, mended=mended),
        steps=[_step(step) for step in steps],
        sent=_sent(effects, cover),
        alarms=[Said.same(cover.text(alarm["said"])) for alarm in run.alarms],
        pictures=pictures(files),
        notices=notices(files),
        versions=[(word(f"version_{name}", name), str(version)) for name, version in versions.items()],
    )


def kept_run(data: bytes) -> Mapping[str, Any]:
    """What `run.json` holds; nothing where it cannot be read, and the run is told by its rows in the books alone."""
    try:
        kept = json.loads(data)
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _facts(run: Run, settings: Settings) -> list[tuple[Said, Said]]:
    organisation = settings.organisations.get(run.organisation)
    facts = [
        ("organisation", Said.same(organisation.name if organisation else run.organisation)),
        ("tax_code", Said.same(organisation.tax_code if organisation else "")),
        ("flow", word(f"flow_{run.flow}", run.flow)),
        ("started", Said.same(shown(run.started))),
        ("run", Said.same(run.id)),
    ]
    return [(word(f"fact_{name}", name), value) for name, value in facts if value.vi]


def _finding(finding: Mapping[str, Any]) -> FindingTold:
    certainty = str(finding["en"].get("certainty", "unknown"))
    also = zip(finding["vi"].get("also", ()), finding["en"].get("also", ()), strict=False)
    return FindingTold(
        cause=Said.pair(finding, "cause"),
        certainty=certainty,
        certainty_said=word(f"certainty_{certainty}", certainty),
        remedy=Said.pair(finding, "remedy"),
        also=tuple(Said(vi, en) for vi, en in also),
        code=str(finding["en"].get("code", "")),
    )


def _step(step: Step) -> StepTold:
    seconds = round((step.ended - step.started).total_seconds(), 1) if step.ended else None
    return StepTold(Said(say_step(step.name, "vi"), step.name), step.outcome == "done", seconds)


def _sent(effects: Sequence[Effect], cover: Cover) -> list[tuple[str, Said]]:
    """What left the house, as the books have it; that nothing did is said too."""
    if not effects:
        return [("none", word("sent_none", ""))]
    told: list[tuple[str, Said]] = []
    for effect in effects:
        what, number = word(f"kind_{effect.kind}", effect.kind), str((effect.receipt or {}).get("number", ""))
        fills = [{"what": name, "number": number, "said": cover.text(effect.said or "")} for name in (what.vi, what.en)]
        text = f"report.sent_{effect.state}"
        told.append((effect.state, Said(Text(text, fills[0]).say("vi"), Text(text, fills[1]).say("en"))))
    return told

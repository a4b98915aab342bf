"""The report of one run: what was done in words, the line of time, the pictures, the chain and the remedy, faults, receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from robot.clock import shown
from robot.dossier import load_rules, read_dossier
from robot.drive.faults import faults_of_run
from robot.errors import DossierUnreadable
from robot.flow.sent import sent_copy
from robot.ledger.item import SUBMISSION
from robot.portalmap.drift import Drift
from robot.report.case import kept_run, read_case
from robot.report.files import FOLDER, sort_files
from robot.report.page.environment import rendered
from robot.report.page.proofs import proofs
from robot.report.page.rows import forms
from robot.report.page.summary import summary
from robot.report.page.timeline import timeline
from robot.report.pictures import MOST
from robot.report.said import Said
from robot.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.dossier import Dossier
    from robot.ledger import Ledger, Run
    from robot.report.case import Case
    from robot.report.cover import Cover
    from robot.report.page.proofs import Proofs
    from robot.report.page.rows import FormTold
    from robot.report.page.timeline import Timeline
    from robot.report.pictures import Picture
    from robot.settings import Settings
    from robot.texts import Language

_RUN_FILE: Final = f"{FOLDER}/run.json"


@dataclass(frozen=True)
class RunPage:
    """One run as its page tells it; `film` is in the order of time, `unseen` counts pictures that are not on the page."""

    case: Case
    summary: tuple[Said, ...]
    ended: str
    timeline: Timeline
    film: tuple[Picture, ...]
    unseen: int
    forms: tuple[FormTold, ...]
    rows_known: bool
    proofs: Proofs
    drifts: tuple[Said, ...]
    evidence: str
    """The run's folder, as far as it is there."""


def read_run(run: Run, ledger: Ledger, settings: Settings, cover: Cover) -> RunPage:
    """What is to be told of a run, from the books and from what is left of its folder, covered as a bundle's files are."""
    packed = sort_files(run.evidence, cover)[0] if run.evidence.is_dir() else []
    steps = ledger.steps(run.id)
    case = read_case(run, steps, ledger.effects(run.id), settings, packed, cover)
    kept = next((kept_run(file.data) for file in packed if file.name == _RUN_FILE), {})
    faults = _faults(run, ledger, kept, settings.language)
    rules = load_rules(settings.dossier.rules_dir)
    dossier = _sent_dossier(run, ledger, settings) if faults else None
    made = proofs(run, ledger, cover)
    shots = sum(file.name.startswith(f"{FOLDER}/screenshots/") for file in packed)
    return RunPage(
        case=case,
        summary=summary(run, steps, made, case),
        ended=shown(run.ended) if run.ended else "",
        timeline=timeline(run, steps),
        film=tuple(sorted(case.pictures, key=lambda picture: picture.file)),
        unseen=max(shots - MOST, 0),
        forms=tuple(forms(faults, rules, dossier)),
        rows_known=dossier is not None,
        proofs=made,
        drifts=tuple(Said.of(_drift(drift).text()) for drift in kept.get("drifts") or ()),
        evidence=cover.text(str(run.evidence)) if packed else "",
    )


def run_page(page: RunPage, language: Language) -> str:
    """The page as HTML; `language` is the one that is shown first."""
    return rendered("page/run.html", language, page=page, case=page.case)


def _faults(run: Run, ledger: Ledger, kept: Mapping[str, Any], language: Language) -> Mapping[Language, Any]:
    """By language: the verdicts' own, which may have come after the run; else those that the run ended with."""
    judged = {name: faults_of_run(ledger, run.id, name) for name in LANGUAGES}
    if any(judged.values()):
        return judged
    return {language: kept["faults"]} if kept.get("faults") else {}


def _sent_dossier(run: Run, ledger: Ledger, settings: Settings) -> Dossier | None:
    """The very bytes that were sent, from the copy that is kept of them; None where there is none."""
    for effect in ledger.effects(run.id):
        sha256 = effect.detail.get("sha256", "")
        if effect.kind != SUBMISSION or not sha256:
            continue
        try:
            return read_dossier(sent_copy(settings.home, sha256), load_rules(settings.dossier.rules_dir))
        except DossierUnreadable:
            continue
    return None


def _drift(drift: Mapping[str, Any]) -> Drift:
    return Drift(**{name: drift.get(name, "") for name in Drift.__dataclass_fields__})

"""What is wrong with the dossier of a run: by the portal's verdict on what was sent, or by the check before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot.errors import DossierFaulty

if TYPE_CHECKING:
    from robot.errors import RobotError
    from robot.ledger import Ledger
    from robot.texts import Language


def faults_of_run(ledger: Ledger, run: str, language: Language) -> list[dict[str, Any]]:
    """The faults of the verdicts that refused what a run has sent, each verdict once; as `Fault.as_json` has them."""
    settled = [ledger.verdict_of(effect.id) for effect in ledger.effects(run)]
    refused = [verdict for verdict in settled if verdict is not None and verdict.outcome == "invalid"]
    return [dict(fault) for verdict in refused for fault in verdict.faults.get(language, ())]


def faults_of_error(error: RobotError | None, language: Language) -> list[dict[str, Any]]:
    """Those that the check found before anything was sent; none of any other error."""
    return [dict(fault) for fault in error.faults[language]] if isinstance(error, DossierFaulty) else []

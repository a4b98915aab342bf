"""What a run did, in a few sentences: begun for whom, how far it came, what was signed and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.clock import shown
from robot.report.page.timeline import failing
from robot.report.page.words import lasted, told
from robot.report.said import Said, word
from robot.texts import say_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.ledger import Run, Step
    from robot.report.case import Case
    from robot.report.page.proofs import Proofs


def summary(run: Run, steps: Sequence[Step], proofs: Proofs, case: Case) -> tuple[Said, ...]:
    """The sentences in the order of what happened."""
    flow, organisation = word(f"flow_{run.flow}", run.flow), _organisation(case, run)
    said = [told("sum_begun", at=shown(run.started), flow=flow, organisation=organisation)]
    done = sum(step.outcome == "done" for step in steps)
    spent = lasted((run.ended - run.started).total_seconds()) if run.ended else None
    stopped = failing(steps)
    if spent is None:
        said.append(told("sum_runs", done=done))
    elif stopped is not None:
        at = Said(say_step(stopped.name, "vi"), stopped.name)
        said.append(told("sum_stopped", step=at, done=done, spent=spent))
    elif steps:
        said.append(told("sum_done", done=done, spent=spent))
    else:
        said.append(told("sum_no_steps", spent=spent))
    if proofs.signed:
        said.append(told("sum_signed", number=len(proofs.signed)))
    said += [text for _, text in case.sent]
    return tuple(said)


def _organisation(case: Case, run: Run) -> Said:
    """The organisation's name, as the facts have it."""
    label = word("fact_organisation", "")
    return next((value for name, value in case.facts if name == label), Said.same(run.organisation))

"""The end of a replayed run beside the recorded one: outcome, finding, receipt, and what was recorded and never asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.drive.replay.deviation import Deviation, drift, failure
from robot.recording.change import Change
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.drive.replay.player import Player
    from robot.drive.run import Ending
    from robot.recording.binding import Binding
    from robot.recording.matching import Matching
    from robot.recording.model import Recording


def compare_ending(
    recording: Recording, ending: Ending, player: Player, matching: Matching, binding: Binding
) -> Iterator[Deviation]:
    """What the end has otherwise; nothing more is told of a run that was stopped on its way."""
    last = player.seen[-1].name if player.seen else "-"
    result, expected = ending.result, recording.outcome
    for met in result.drifts:
        yield Deviation("drifted", last, met["element"], Text(f"page_drift.{met['kind']}", dict(met)))
    if player.deviations:
        return
    for step in recording.steps[player.taken :]:
        yield drift(Change("step_gone", step.name, step.name))
    if result.outcome != expected.outcome:
        why = ending.text if ending.text is not None else "-"
        yield failure(last, result.outcome, "outcome", was=expected.outcome, now=result.outcome, why=why)
    finding = (result.finding or {}).get("code") or None
    if finding != (expected.finding or None):
        yield failure(last, "finding", "finding", was=expected.finding or "-", now=finding or "-")
    was = binding.fill((expected.receipt or {}).get("number", ""))
    number = (result.receipt or {}).get("number", "")
    if was != number:
        yield failure(last, "receipt", "receipt", was=was or "-", now=binding.hide(number) or "-")
    for exchange in matching.left():
        yield failure(last, exchange.endpoint, "not_asked", asked=exchange.endpoint)

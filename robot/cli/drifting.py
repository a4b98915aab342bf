"""`vss-robot drift`: two recordings of a flow, and what has changed between them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from robot.cli.terminal import language, print_json
from robot.errors import SettingsError, UsageError
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from pathlib import Path

    from robot.recording.change import Change
    from robot.recording.drift import Drift
    from robot.recording.touching import Touched
    from robot.settings.model import PortalTexts
    from robot.texts import Language

DRIFTED: Final = 15
"""Exit code: something that a flow touches has changed."""


def compare_recordings(settings: Path | None, old: Path, new: Path, *, as_json: bool) -> None:
    """Print what has changed, what flows touch first, and end with 15 where they touch any of it.

    Raises:
        RecordingFaulty: one of the two is no recording.
        UsageError: they are of two flows.
    """
    from robot.recording.drift import compare
    from robot.recording.reading import load
    from robot.recording.sides import side_of

    before, after = load(old), load(new)
    flows = before.recording.flow, after.recording.flow
    if flows[0] != flows[1]:
        raise UsageError("recordings_of_two_flows", old_folder=old, old_flow=flows[0], new_folder=new, new_flow=flows[1])
    found = compare(side_of(before), side_of(after), _touched(settings, before.recording.portal.texts))
    speaks = language()
    if as_json:
        print_json({"old": str(old), "new": str(new), "flow": flows[0], **found.as_json(speaks)})
    else:
        sys.stdout.write(as_text(found, speaks))
    sys.exit(DRIFTED if found.breaks else 0)


def as_text(found: Drift, speaks: Language) -> str:
    """The report for a person: a line a change under its step, then the counts."""
    if not found.changes:
        return Text("changes.none").say(speaks) + "\n"
    lines: list[str] = []
    for severity, count in found.counts().items():
        if count:
            lines.append(Text(f"changes.severity_{severity}").say(speaks) + ":")
            lines += [f"  {_line(change, speaks)}" for change in found.changes if change.severity == severity]
    counts = Text("changes.counts", {name: str(count) for name, count in found.counts().items()}).say(speaks)
    return "\n".join([*lines, counts]) + "\n"


def _line(change: Change, speaks: Language) -> str:
    return f"{say_step(change.step, speaks) if change.step else '-'}: {change.text.say(speaks)}"


def _touched(settings: Path | None, texts: PortalTexts) -> Touched:
    """What flows touch, by the portal map: with the operator's own file over it where there are settings."""
    from robot.portalmap import load_map
    from robot.recording.touching import touched_by

    return touched_by(load_map(_own_map(settings)), texts.model_dump().values())


def _own_map(settings: Path | None) -> Path | None:
    from robot.settings import find, load

    try:
        file = find(settings)
    except SettingsError:
        if settings is not None:
            raise
        return None  # recordings are compared anywhere: a machine of QA's may have no settings
    return load(file).portal.map

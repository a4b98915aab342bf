"""The steps of a run as they were taken, and how a recording has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from robot.drive.recorder.look import PICTURE
from robot.recording.model import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.drive.recorder.look import Seen


@dataclass
class Taken:
    """A step as it was taken."""

    name: str
    begun_s: float
    seconds: float = 0.0
    done: bool = False
    effects: list[str] = field(default_factory=list)
    seen: Seen | None = None


def steps_of(taken: Sequence[Taken]) -> list[Step]:
    """The steps of a recording, with the names of their files."""
    pictures = pictures_of(taken)
    return [
        Step(
            name=step.name,
            begun_s=round(step.begun_s, 3),
            seconds=round(step.seconds, 3),
            state="done" if step.done else "failed",
            effects=tuple(step.effects),
            aria=_aria(number) if step.seen and step.seen.aria is not None else None,
            screenshot=pictures[step.seen.picture] if step.seen and step.seen.picture is not None else None,
            address=step.seen.path if step.seen else None,
        )
        for number, step in enumerate(taken)
    ]


def pictures_of(taken: Sequence[Taken]) -> dict[bytes, str]:
    """Each picture and its file: a step that has changed nothing to be seen shows the one before it."""
    names: dict[bytes, str] = {}
    for number, step in enumerate(taken, start=1):
        if step.seen is not None and step.seen.picture is not None:
            names.setdefault(step.seen.picture, f"screenshots/{number:02d}.{PICTURE}")
    return names


def trees_of(taken: Sequence[Taken]) -> dict[str, str]:
    """The aria snapshots by their files."""
    seen = ((number, step.seen) for number, step in enumerate(taken) if step.seen is not None)
    return {_aria(number): f"{each.aria}\n" for number, each in seen if each.aria is not None}


def _aria(number: int) -> str:
    return f"aria/{number + 1:02d}.yml"

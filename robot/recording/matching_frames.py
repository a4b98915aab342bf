"""The frames of a recording as the relay plays them: a question of the browser's with the answers that followed on its port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot.recording.model import Frame, Recording

_DIED: Final = "vendor_exited"
_IN_ORDER: Final = "ended"  # what such an event says where the host was let go by the browser
_DEAD: Final = 3  # the relay's exit status where the vendor's host did not end in order


@dataclass
class Group:
    """One question, at so many seconds from the run's begin; `ends`: the exit status with which the host ended after it."""

    after_s: float
    asks: dict[str, Any]
    answers: list[dict[str, Any]] = field(default_factory=list)
    ends: int | None = None


@dataclass
class Script:
    """What a recording's host says: first of all, and to each question."""

    greeting: dict[str, Any] | None = None
    groups: list[Group] = field(default_factory=list)


def script_of(recording: Recording, frames: Iterable[Frame]) -> Script:
    """The frames by question, in the order of the questions. In web-eid a host ends after its one answer."""
    script = Script()
    last: dict[int, Group] = {}
    for frame in frames:
        said = frame.message or {}
        group = last.get(frame.port)
        if frame.direction == "browser>host":
            last[frame.port] = Group(frame.after_s, said, ends=0 if recording.protocol == "web-eid" else None)
            script.groups.append(last[frame.port])
        elif frame.direction == "host>browser" and group is not None:
            group.answers.append(said)
        elif frame.direction == "host>browser":
            script.greeting = script.greeting or said
        elif frame.kind == _DIED and said.get("meaning") != _IN_ORDER and group is not None:
            group.ends = _DEAD
    return script

"""A recording's expectations written anew: what its steps are and how each page looks, from a replay that went to its end.

What was asked and answered stays: a portal that answers otherwise is recorded anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.recording.model import Recording
from robot.recording.reading import RECORDING, load

if TYPE_CHECKING:
    from robot.drive.replay.playing import Replayed


def take_over(replayed: Replayed) -> bool:
    """Let the recording expect what was seen; False, and nothing written, where more than its pages was unlike.

    Steps that the flow takes no more, or takes newly, need another recording: their letters and frames would be guesses.
    """
    if any(one.state != "drifted" for one in replayed.deviations) or any(seen.place < 0 for seen in replayed.seen):
        return False
    loaded = load(replayed.folder)
    steps = list(loaded.recording.steps)
    if [seen.place for seen in replayed.seen] != list(range(len(steps))):
        return False
    for seen in replayed.seen:
        recorded = steps[seen.place]
        if recorded.aria is not None and seen.aria is not None:
            (replayed.folder / recorded.aria).write_text(seen.aria, encoding="utf-8")
        steps[seen.place] = recorded.model_copy(update={"address": seen.address or recorded.address})
    written = loaded.recording.model_copy(update={"steps": tuple(steps)})
    text = Recording.model_validate(written.model_dump()).model_dump_json(indent=1)
    (replayed.folder / RECORDING).write_text(text + "\n", encoding="utf-8")
    return True

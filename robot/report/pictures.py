"""The screenshots of a run as they stand on the page: within it, so that one file is enough, the telling ones first."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.report.notices import lines, time_of_day
from robot.report.said import Said, word
from robot.texts import Text, catalogue, say_step

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 12  # the others lie beside the page
WHOLE = "whole page without "


@dataclass(frozen=True)
class Picture:
    """One screenshot: its file in the bundle, its bytes as an address, what it shows; `main` is the one at the failing wait.

    `at` is the time of day in Vietnam, empty where it was not noted.
    """

    file: str
    address: str
    caption: Said
    main: bool
    at: str = ""


def pictures(files: Mapping[str, bytes]) -> list[Picture]:
    """The pictures, that of the last failing wait first, then the others in order."""
    notes = {str(note.get("file", "")): note for note in lines(files.get("pictures.jsonl", b""))}
    shots = [name for name in sorted(files) if name.startswith("screenshots/")]
    failing = [shot for shot in shots if shot.endswith("-absent.png")]
    main = failing[-1] if failing else (shots[-1] if shots else "")
    ordered = sorted(shots, key=lambda shot: (shot != main, shot))[:MOST]
    return [_picture(shot, files[shot], notes.get(shot.partition("/")[2], {}), main=shot == main) for shot in ordered]


def _picture(shot: str, data: bytes, note: Mapping[str, Any], *, main: bool) -> Picture:
    address = "data:image/png;base64," + base64.b64encode(data).decode("ascii")
    name = str(note.get("name") or shot.partition("/")[2].removesuffix(".png"))
    return Picture(f"evidence/{shot}", address, _caption(name), main, time_of_day(str(note.get("at", ""))))


def _caption(name: str) -> Said:
    """What a picture's name says: a form that was absent, a step that ended in an outcome, or something that was seen."""
    if name.endswith(" absent"):
        return word("picture_absent", name)
    if name.startswith(WHOLE):
        return word("picture_whole", name)
    step, _, outcome = name.rpartition(" ")
    if step and f"outcomes.{outcome}" in catalogue("en"):
        ended = Text(f"outcomes.{outcome}")
        return Said(f"{say_step(step, 'vi')}: {ended.say('vi')}", f"{step}: {ended.say('en')}")
    return Said(say_step(name, "vi"), name)

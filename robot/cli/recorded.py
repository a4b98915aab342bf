"""`vss-robot recording show`: a recording's steps on stdout, with what was asked of the portal in each."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from robot.cli.terminal import language, print_json
from robot.clock import VIETNAM
from robot.recording.reading import load
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from pathlib import Path

WHEN = "%d/%m/%Y %H:%M"


def show_recording(folder: Path, *, as_json: bool) -> None:
    """What a recording holds.

    Raises:
        RecordingFaulty: with every fault.
    """
    loaded = load(folder)
    recording = loaded.recording
    if as_json:
        exchanges = [{"step": each.step, "endpoint": each.endpoint, "status": each.status} for each in loaded.exchanges]
        print_json({**recording.model_dump(mode="json"), "exchanges": exchanges})
        return
    speaks = language()
    outcome = Text(f"outcomes.{recording.outcome.outcome}").say(speaks)
    when = recording.recorded.astimezone(VIETNAM).strftime(WHEN)
    sys.stdout.write(f"{recording.flow}  {when}  {recording.signing}  {recording.seconds:.1f} s  {outcome}\n")
    asked = Counter((each.step, each.endpoint) for each in loaded.exchanges if not each.static)
    for number, step in enumerate(recording.steps):
        sign = "✓" if step.state == "done" else "✗"
        sent = "".join(f"  [{kind}]" for kind in step.effects)
        sys.stdout.write(f"{number + 1:3d} {sign} {say_step(step.name, speaks)}  {step.seconds:.1f} s{sent}\n")
        for (place, endpoint), times in asked.items():
            if place == number:
                sys.stdout.write(f"        {endpoint}{f'  × {times}' if times > 1 else ''}\n")
        for mail in recording.mails:
            if mail.step == number:
                sys.stdout.write(f"        {mail.file}  {mail.sender}\n")

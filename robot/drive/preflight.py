"""Before a flow that signs: the cheap half of the chain, so that a broken link is said before a person answers a captcha.

The run goes on all the same: what is broken now (a token not plugged in yet) may hold when its turn comes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loguru import logger

from robot.diagnosis import cheap_half, name_cause
from robot.texts import Text

if TYPE_CHECKING:
    from robot.diagnosis import Case
    from robot.evidence import RunFolder
    from robot.flow.desk import Progress


def look_before(case: Case, folder: RunFolder, progress: Progress) -> None:
    """Look, note it in the run's folder (`preflight.jsonl`), and say the earliest broken link with its remedy."""
    begun = time.monotonic()
    probes = cheap_half(case)
    seconds = round(time.monotonic() - begun, 2)
    broken = [probe for probe in probes if probe.state == "broken"]
    folder.note("preflight", seconds=seconds, probes=[probe.as_json("en") for probe in probes])
    logger.bind(action="run.preflight", seconds=seconds, broken=[probe.code for probe in broken]).debug("looked at")
    if broken:
        progress.say(Text("labels.preflight", {"finding": name_cause(probes).sentence()}))

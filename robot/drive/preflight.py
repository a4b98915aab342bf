"""Before a flow that signs: the cheap half of the chain, so that a broken link is said before a person answers a captcha.

The run goes on all the same: what is broken now (a token not plugged in yet) may hold when its turn comes. What is still broken
after a run that got through is an alarm of the run. Two things let no form be asked for, since they do not mend themselves and
cost more than time: a PIN in danger (whoever signs next, the robot or a person before the vendor's window, might lock the token)
and a certificate out of its time, with which nothing is signed. What needs no signature, such as a mail's code, still goes on.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.diagnosis import cheap_half, name_cause
from robot.texts import Text

if TYPE_CHECKING:
    from concurrent.futures import Future

    from robot.diagnosis import Case, Finding, Probe
    from robot.evidence import RunFolder
    from robot.flow.desk import Progress

_STOPS: Final = frozenset({"pin_locked", "pin_final_try", "pin_stopped"})
_STOPS_BY_DATE: Final = frozenset({"certificate_expired", "certificate_not_yet_valid"})


class Preflight:
    """One look before a run, and what comes of it."""

    def __init__(self, case: Case, folder: RunFolder, progress: Progress) -> None:
        self._case = case
        self._folder = folder
        self._progress = progress
        self._looking: Future[tuple[list[Probe], float]] | None = None
        self._probes: list[Probe] = []

    def begin(self) -> None:
        """Begin to look, in a thread: a browser that starts meanwhile does not wait for it."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preflight")
        self._looking = pool.submit(self._seen)
        pool.shutdown(wait=False)

    def look(self) -> None:
        """Look, and hear what was seen."""
        self.begin()
        self.heard()

    def heard(self) -> None:
        """Wait for what was seen, note it in the run's folder (`preflight.jsonl`), and say the earliest broken link.

        Does nothing where nobody looks, or it was heard before.
        """
        looking, self._looking = self._looking, None
        if looking is None:
            return
        self._probes, seconds = looking.result()
        probes = self._probes
        self._folder.note("preflight", seconds=seconds, probes=[probe.as_json("en") for probe in probes])
        logger.bind(action="run.preflight", seconds=seconds, broken=sorted(self._codes)).debug("looked at")
        if self._codes:
            self._progress.say(Text("labels.preflight", {"finding": name_cause(probes).sentence()}))

    def _seen(self) -> tuple[list[Probe], float]:
        begun = time.monotonic()
        probes = cheap_half(self._case)
        return probes, round(time.monotonic() - begun, 2)

    def held_back(self) -> Finding | None:
        """What keeps a form from being asked for, before a person answers a captcha for it; None where nothing does.

        What is still being looked at is waited for.
        """
        self.heard()
        stops = _STOPS if "clock_skew" in self._codes else _STOPS | _STOPS_BY_DATE  # by a wrong clock no date is judged
        return name_cause(self._probes) if stops & self._codes else None

    def alarms(self) -> list[dict[str, str]]:
        """What was broken before and is seen broken again after a run that got through: `kind` is the finding's code.

        `said`, `certainty` and `remedy` are the finding's, sentences in the operator's language.
        """
        now = cheap_half(self._case) if self._codes else []
        found = [name_cause([probe]) for probe in now if probe.state == "broken" and probe.code in self._codes]
        return [self._alarm(finding) for finding in found]

    @property
    def _codes(self) -> set[str]:
        return {probe.code for probe in self._probes if probe.state == "broken"}

    def _alarm(self, finding: Finding) -> dict[str, str]:
        logger.bind(action="run.alarm", kind=finding.code).error(finding.cause.say("en"))
        self._progress.say(Text("labels.alarm_said", {"said": finding.sentence()}))
        language = self._case.settings.language
        told = {"said": finding.sentence().say(language), "remedy": finding.remedy.say(language)}
        return {"kind": finding.code, "certainty": finding.certainty, **told}

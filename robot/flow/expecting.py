"""Expecting something on the page: seen, refused in words, or silence; and what is done about a form that stays away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loguru import logger

from robot.diagnosis import Case, Scene, begin_look, look_along, name_cause, stopped_tokens, trouble_of
from robot.diagnosis.probe import broken
from robot.errors import CaptchaRefused, ChainBroken, FormAbsent, OutcomeUnknown, Refused
from robot.evidence import hold_still
from robot.signing.desk import TRANSCRIPT
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from robot.diagnosis import Finding
    from robot.flow.desk import Desk
    from robot.flow.sights import Form, Remedy, Sight
    from robot.flow.window import Window
    from robot.settings import Organisation

    Steps = Callable[[str], AbstractContextManager[None]]


class Expecting:
    """The waits of one session; `step` opens a step of that session."""

    def __init__(self, desk: Desk, window: Window, step: Steps, organisation: Organisation) -> None:
        self._desk = desk
        self._organisation = organisation
        self._window = window
        self._step = step
        self._timers = desk.settings.timers
        self.finding: Finding | None = None

    def expect(self, sight: Sight, ask: Callable[[], None]) -> None:
        """See `Session.expect`."""
        if not self._asked_and_seen(sight, ask, self._timers.page_s):
            raise OutcomeUnknown("silence", element=sight.name, seconds=f"{self._timers.page_s:g}")

    def expect_form(self, form: Form, ask: Callable[[], None], remedy: Remedy | None) -> None:
        """See `Session.expect_form`."""
        seen_before = self._desk.held_back()
        if seen_before is not None:
            self.finding = seen_before
            self._note(seen_before, 0)
            raise ChainBroken("stopped_before", finding=seen_before.sentence())
        try:
            self._await_form(form, ask, remedy)
        except CaptchaRefused:
            raise
        except Refused as said:
            self.finding = self._in_words(said)
            raise

    def _await_form(self, form: Form, ask: Callable[[], None], remedy: Remedy | None) -> None:
        refusal: Refused | None = None
        try:
            if self._asked_and_seen(form.sight, ask, self._timers.form_s):
                return
        except Refused as said:
            if remedy is None or remedy.cures is None or not isinstance(said, remedy.cures):
                raise
            refusal = said
        finding = self._absent(form.sight, trying=remedy)
        if remedy is None or (refusal is None and not _page_stopped(finding)):
            raise self._form_absent(finding)
        with self._step(remedy.name):
            remedy.apply()
            if self._asked_and_seen(form.sight, ask, self._timers.form_s):
                self.finding = remedy.proves
                return
            raise self._form_absent(self._absent(form.sight, trying=None))

    def _asked_and_seen(self, sight: Sight, ask: Callable[[], None], wait_s: float) -> bool:
        """Ask, and say whether `sight` was seen; a refused captcha is asked again, any other refusal is raised."""
        tries = self._desk.settings.questions.tries
        for _ in range(tries):
            self._window.forget_what_was_said()
            ask()
            seen = self._window.await_one(sight.locator, wait_s)
            if seen == "seen":
                sight.met()
                return True
            if seen == "silent":
                return False
            if not isinstance(seen, CaptchaRefused):
                raise seen
            self._desk.progress.say(seen.text)
        raise CaptchaRefused("captcha_refused", tries=tries)

    def _absent(self, sight: Sight, *, trying: Remedy | None) -> Finding:
        """The page without the form held still, at this moment, and then a look along the chain."""
        begun = time.monotonic()
        look = self._begin_look(self._case(), self._scene())
        picture = hold_still(self._window.page, self._desk.folder, sight.name)
        trouble = self._desk.signing.trouble()
        finding = name_cause([trouble_of(trouble)]) if trouble is not None else look()
        name = "labels.absent_once" if trying is not None and _page_stopped(finding) else "labels.absent"
        self._desk.progress.say(Text(name, {"form": Text("labels.form_certificates"), "picture": picture}))
        self._note(finding, time.monotonic() - begun)
        logger.bind(action="form.absent", link=finding.link).warning(finding.cause.say("en"))
        return finding

    def _begin_look(self, case: Case, scene: Scene) -> Callable[[], Finding]:
        """Begin to look along the chain; called, what is returned gives the finding. In a replay it is the recorded one."""
        recorded = self._desk.tape.finding()
        if recorded is not None:
            return lambda: recorded
        looking = begin_look(case, scene)
        return lambda: look_along(case, scene, looking)

    def _in_words(self, said: Refused) -> Finding | None:
        """The portal has said itself why there is no form: nothing need be looked at."""
        if "said" not in said.text.fills:
            return None
        finding = name_cause([broken("portal_toast", said=said.text.fills["said"])])
        self._note(finding, 0)
        return finding

    def _note(self, finding: Finding, seconds: float) -> None:
        self._desk.tape.found(finding)
        self._desk.folder.finding(finding.as_json("en"), [probe.as_json("en") for probe in finding.probes], seconds)

    def _case(self) -> Case:
        stopped = stopped_tokens(self._desk.ledger)
        return Case(self._desk.settings, self._organisation, self._window.profile.folder, stopped)

    def _scene(self) -> Scene:
        transcript = self._desk.folder.folder / TRANSCRIPT
        return Scene(self._window.page, self._window.sightings, transcript if transcript.exists() else None)

    def _form_absent(self, finding: Finding) -> FormAbsent:
        self.finding = finding
        return FormAbsent(
            "form_absent",
            form=Text("labels.form_certificates"),
            seconds=f"{self._timers.form_s:g}",
            finding=finding.sentence(),
        )


def _page_stopped(finding: Finding) -> bool:
    """Whether the page has stopped by itself, or nobody knows: then what was filled in may be the cause.

    A link of the chain that was seen broken is not mended by filling in the form otherwise.
    """
    seen = {probe.code for probe in finding.probes}
    return not finding.code or bool(seen & {"form_phone", "dialog_unasked"})

"""The session a flow is handed; it joins the rooms below and holds no knowledge of any page."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, TypeVar

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.errors import FormAbsent, OutcomeUnknown, RobotError, UsageError
from robot.evidence.folder import slug
from robot.flow.activations import Activations
from robot.flow.booked import Booked
from robot.flow.consent import Consent
from robot.flow.expecting import Expecting
from robot.flow.mapped import MappedPage
from robot.flow.post import Post
from robot.flow.questions import ask_person
from robot.flow.tab import Tab
from robot.flow.window import Window
from robot.portalmap import load_map
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from robot.diagnosis import Finding
    from robot.flow.desk import Desk
    from robot.flow.sights import Form, Remedy, Sight
    from robot.portalmap.drift import Drift
    from robot.settings import Organisation

FormT = TypeVar("FormT", bound="Form")


class Session(Booked):
    """One run of a flow for one organisation, in a browser of its own or, with `window`, in a page of one that is logged in."""

    def __init__(self, desk: Desk, run: str, key: str, organisation: Organisation, window: Window | None = None) -> None:
        super().__init__(desk, run, key, organisation, window or Window(desk, key))
        self.seconds: dict[str, float] = {}
        self.post = Post(desk, key, organisation)
        self.activations = Activations(desk, run, key, organisation)
        self._expecting = Expecting(desk, self.window, self.step, organisation)
        self._pictured: Exception | None = None
        self._questions = 0
        self._consent = Consent(desk, run, key)

    @property
    def page(self) -> Page:
        """Playwright's page; the first use starts the browser."""
        return self.window.page

    @property
    def logged_in(self) -> bool:
        """Whether the portal knows the organisation here already: the log-in was another run's."""
        return isinstance(self.window, Tab)

    @property
    def today(self) -> str:
        """The day it is in Vietnam, as the portal writes it: 22/11/2026."""
        return f"{self._desk.tape.today():%d/%m/%Y}"

    @property
    def finding(self) -> Finding | None:
        """What was found about a form that did not appear, if one did not."""
        return self._expecting.finding

    @property
    def drifts(self) -> list[Drift]:
        """Where the pages were not as the portal map says, so far."""
        return self.window.drifts

    def page_map(self, name: str) -> MappedPage:
        """A page of the portal by its name in the map, with the operator's own file over it; the browser runs from here on.

        Raises:
            SettingsError: that file is wrong.
            KeyError: the map has no such page.
        """
        known = load_map(self.settings.portal.map)
        _ = self.window.page  # the first look starts the browser: before a step, and before the trace is paused in it
        return MappedPage(self._desk, self.window, known, name, self._consent)

    def open(self, path: str) -> None:
        """Go to a page of the portal, by a path of the settings or an address that the mail room has let through."""
        self.window.open(path)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step, by a name that a person understands; an error within it is pictured before the page changes.

        Raises:
            RobotError: also in place of an error of Playwright's, as what it means to the run.
        """
        step = self._desk.ledger.begin_step(self.run, name)
        self._desk.progress.step_begun(name)
        logger.bind(action="step.begin", run=self.run).debug(name)
        begun = time.monotonic()
        done = False
        try:
            told = self._desk.telemetry.step(self.run, name)
            with told, self.window.trace.step(name), self._desk.tape.step(name, self.window):
                self._desk.cancel.wait(0)
                yield
            done = True
        except PlaywrightError as wrong:
            error = self.window.translate(wrong)
            self._picture(name, error)
            raise error from wrong
        except RobotError as error:
            self._picture(name, error)
            raise
        finally:
            seconds = time.monotonic() - begun
            self.seconds[name] = round(self.seconds.get(name, 0) + seconds, 3)
            self._desk.ledger.end_step(step, "done" if done else "failed")
            self._desk.progress.step_ended(name, seconds, done=done)

    def expect(self, sight: Sight, *, ask: Callable[[], None]) -> None:
        """Do `ask`, and wait until `sight` is seen; a captcha that was not taken is asked again, as often as settings say.

        Raises:
            Refused: the portal said no.
            OutcomeUnknown: nothing was seen and nothing was said.
        """
        self._expecting.expect(sight, ask)
        self._picture_on_the_way(sight.name)

    def expect_form(self, form: FormT, *, ask: Callable[[], None], remedy: Remedy | None = None) -> FormT:
        """Do `ask`, and wait for the form; absent: screenshot now, diagnosis, the known remedy once, then an end.

        Raises:
            FormAbsent: with the finding, when it did not appear.
            Refused: the portal said no in words.
        """
        self._expecting.expect_form(form, ask, remedy)
        self._picture_on_the_way(form.sight.name)
        return form

    def see(self, sight: Sight) -> Locator:
        """Wait for something that the portal alone decides to show, such as a receipt.

        Raises:
            Refused: the portal said no instead.
            OutcomeUnknown: silence, which is not success.
        """
        seen = self.window.await_one(sight.locator, self.settings.timers.answer_s)
        if seen == "seen":
            self.picture(sight.name)
            return sight.met()
        if seen == "silent":
            raise OutcomeUnknown("silence", element=sight.name, seconds=f"{self.settings.timers.answer_s:g}")
        raise seen

    def ask(self, kind: str, picture: Locator) -> str:
        """Ask a person about a picture on the page; the answer.

        Raises:
            PersonAwaited: nobody answered.
        """
        self._questions += 1
        file = self._desk.folder.question(picture, f"{kind}-{self._questions}")
        return ask_person(self._desk, self.run, self.organisation_key, kind, file)

    def tell(self, said: str) -> None:
        """Say a sentence of the flow's own to whoever looks on."""
        self._desk.progress.say(Text("labels.flow_says", {"said": said}))

    def note(self, stream: str, /, **facts: str) -> None:
        """Keep what was read: a line with the time in `flow-STREAM.jsonl` of the run's evidence, without secrets."""
        self._desk.folder.note(f"flow-{slug(stream)}", **facts)

    def typing_secrets(self) -> contextlib.AbstractContextManager[None]:
        """Within it no trace is recorded; afterwards the fields that held a secret are emptied."""
        return self.window.secrets_on_page()

    def changed(self, element: Locator, attribute: str, before: str | None, *, within_s: float) -> bool:
        """Wait until an attribute of an element is no longer what it was, and the element (a picture) has loaded."""
        return self.window.changed(element, attribute, before, within_s)

    def picture(self, name: str) -> None:
        """Screenshot of the page as it stands, masked."""
        self._desk.folder.screenshot(self.page, name)

    def _picture_on_the_way(self, name: str) -> None:
        """One of what was expected and came, where the settings want all."""
        if self.settings.evidence.pictures == "all":
            self.picture(name)

    def _picture(self, name: str, error: RobotError) -> None:
        """One screenshot an error, at the innermost step; the absent form was pictured at its wait."""
        if error is self._pictured or not self.window.is_open or isinstance(error, (FormAbsent, UsageError)):
            return
        self._pictured = error
        if not self._desk.cancel.asked:
            self._desk.folder.screenshot(self.page, f"{name} {error.outcome}")

"""The session a flow is handed; it joins the rooms below and holds no knowledge of any page."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.errors import FormAbsent, OutcomeUnknown, Refused, RobotError, UsageError
from robot.flow.activations import Activations
from robot.flow.consent import Consent
from robot.flow.declare import Receipt
from robot.flow.effects import Earlier, Effects, Sent
from robot.flow.expecting import Expecting
from robot.flow.mapped import MappedPage
from robot.flow.post import Post
from robot.flow.questions import ask_person
from robot.flow.sent import keep_sent
from robot.flow.submission import Submission
from robot.flow.tab import Tab
from robot.flow.verdict_wait import await_verdict
from robot.flow.verdicts import Verdicts
from robot.flow.window import Window
from robot.portalmap import load_map
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from robot.diagnosis import Finding
    from robot.dossier import DossierHead
    from robot.flow.desk import Desk
    from robot.flow.sights import Form, Remedy, Sight
    from robot.ledger import Effect
    from robot.ledger.item import Item
    from robot.portalmap.drift import Drift
    from robot.settings import Organisation, Settings

FormT = TypeVar("FormT", bound="Form")


@dataclass(frozen=True)
class Ended:
    """How a part of a flow ended: with a receipt, or with a refusal that the flow expected as one of two ends."""

    receipt: Receipt | None = None
    refusal: Refused | None = None


class Session:
    """One run of a flow for one organisation, in a browser of its own or, with `window`, in a page of one that is logged in."""

    def __init__(self, desk: Desk, run: str, key: str, organisation: Organisation, window: Window | None = None) -> None:
        self.run = run
        self.organisation_key = key
        self.organisation = organisation
        self.settings: Settings = desk.settings
        self.seconds: dict[str, float] = {}
        self._desk = desk
        self.window = window or Window(desk, key)
        self.effects = Effects(desk, run)
        self.post = Post(desk, key, organisation)
        self.activations = Activations(desk, run, key, organisation)
        self._expecting = Expecting(desk, self.window, self.step, organisation)
        self._pictured: Exception | None = None
        self._questions = 0
        self._consent = Consent(desk, run, key)
        self._submission: Submission | None = None

    @property
    def page(self) -> Page:
        """Playwright's page; the first use starts the browser."""
        return self.window.page

    @property
    def logged_in(self) -> bool:
        """Whether the portal knows the organisation here already: the log-in was another run's."""
        return isinstance(self.window, Tab)

    @property
    def claim(self) -> Item | None:
        """The dossier of the queue that this run has for itself just now."""
        item = self._submission.item if self._submission is not None else None
        return item if item is not None and item.run == self.run else None

    @property
    def sent_anything(self) -> bool:
        """Whether something was sent that the portal has not refused: then the flow is not started once more."""
        return self.effects.sent_anything or (self._submission is not None and self._submission.sent_anything)

    @property
    def finding(self) -> Finding | None:
        """What was found about a form that did not appear, if one did not."""
        return self._expecting.finding

    @property
    def drifts(self) -> list[Drift]:
        """Where the pages were not as the portal map says, so far."""
        return self.window.drifts

    def page_map(self, name: str) -> MappedPage:
        """A page of the portal by its name in the map, with the operator's own file over it.

        Raises:
            SettingsError: that file is wrong.
            KeyError: the map has no such page.
        """
        return MappedPage(self._desk, self.window, load_map(self.settings.portal.map), name, self._consent)

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
            with self.window.trace.step(name), self._desk.tape.step(name, self.window):
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
        self.picture(sight.name)

    def expect_form(self, form: FormT, *, ask: Callable[[], None], remedy: Remedy | None = None) -> FormT:
        """Do `ask`, and wait for the form; absent: screenshot now, diagnosis, the known remedy once, then an end.

        Raises:
            FormAbsent: with the finding, when it did not appear.
            Refused: the portal said no in words.
        """
        self._expecting.expect_form(form, ask, remedy)
        self.picture(form.sight.name)
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
        file = self._desk.folder.question(f"{kind}-{self._questions}")
        picture.screenshot(path=file)
        return ask_person(self._desk, self.run, self.organisation_key, kind, file)

    def typing_secrets(self) -> contextlib.AbstractContextManager[None]:
        """Within it no trace is recorded; afterwards the fields that held a secret are emptied."""
        return self.window.secrets_on_page()

    def effect(
        self,
        kind: str,
        key: str,
        *,
        look_up: Callable[[], Receipt | None] | None = None,
        newer_counts: bool = False,
        **detail: str,
    ) -> contextlib.AbstractContextManager[Sent]:
        """An effect outside: its intent is in the books before the block runs, its receipt after.

        With `newer_counts` an earlier one of the same kind and key is made worthless by this one, as a registration is.

        Raises:
            OutcomeUnknown: the block ended without a receipt and `look_up` found none.
        """
        self._desk.tape.effect(kind, key, self.window)
        if newer_counts:
            self.effects.replace(kind, key)
        return self.effects.effect(kind, key, look_up, detail)

    def earlier(self, kind: str, key: str) -> Earlier:
        """What the books say of an earlier effect of the same kind and key."""
        return self.effects.earlier(kind, key)

    def newest(self, kind: str, key: str) -> Effect | None:
        """The last effect of this kind and key, whatever became of it."""
        return self._desk.ledger.newest(kind, key)

    def done(self, kind: str, key: str, *, look_up: Callable[[Effect], Receipt | None]) -> bool:
        """Whether the books show this effect as taken; an open one is looked up first, and held where nothing is found.

        Raises:
            OutcomeUnknown: it is open, and the look-up shows nothing.
        """
        earlier = self.effects.earlier(kind, key)
        if earlier.open is not None:
            self.settle(earlier.open, look_up(earlier.open))
            return True
        return earlier.receipt is not None

    def settle(self, opened: Effect, found: Receipt | None) -> Receipt:
        """Close an open effect with what a look-up found; without anything found it is held for a person."""
        return self.effects.settle(opened, found)

    def ending(self, part: Callable[[], Receipt], *, expected: type[Refused]) -> Ended:
        """Run a part of the flow that may end with the `expected` refusal as one of its two ends."""
        try:
            return Ended(receipt=part())
        except expected as refusal:
            logger.bind(action="flow.expected_refusal", run=self.run).info(str(refusal))
            return Ended(refusal=refusal)

    def taken(self, kind: str, key: str) -> Effect:
        """The effect of this kind and key that the portal has taken; to be asked for only after it was done."""
        newest = self.newest(kind, key)
        if newest is None or newest.state != "confirmed":
            raise OutcomeUnknown("outcome_unknown", what=f"{kind} {key}", why="the books show no receipt")
        return newest

    def submission(self, dossier: DossierHead, round_number: int) -> Submission:
        """The dossier's way to the portal, planned and claimed by this run; or the receipt of the same file, sent before.

        Raises:
            DossierUnreadable: the same matter was sent with other bytes, or a verdict has refused these bytes.
            OutcomeUnknown: another run is at it, or it is held for a person.
        """
        if self._submission is not None:  # the flow was started once more, with nothing sent
            self._submission.give_back()
        desk, ways = self._desk, self.settings.submission
        self._submission = Submission(desk.ledger, ways, self.run, self.organisation_key, dossier, round_number)
        desk.cancel.alive = self._submission.keep
        self._submission.before = lambda key: desk.tape.effect("submission", key, self.window)
        if self._submission.receipt is not None:
            desk.progress.say(Text("labels.already_done", {"run": self._submission.first_run}))
        return self._submission

    def keep(self, dossier: DossierHead) -> None:
        """Keep a copy of the dossier's bytes by their digest, so that a corrected one can be compared with what was sent."""
        keep_sent(self.settings.home, dossier)

    def verdict(self, kind: str, key: str) -> None:
        """Wait, without the browser and as long as the settings say, for the portal's verdict on what was sent.

        Raises:
            Refused: the structure is not valid; the books have the faults.
        """
        self.rest()
        desk = self._desk
        verdicts = Verdicts(self.settings, desk.ledger, desk.vault, self.organisation_key, self.organisation, desk.tape)
        await_verdict(desk, verdicts, self.taken(kind, key))

    def receipt_of(self, effect: Effect) -> Receipt:
        """The receipt of an effect that was taken."""
        return Receipt.model_validate(effect.receipt)

    def changed(self, element: Locator, attribute: str, before: str | None, *, within_s: float) -> bool:
        """Wait until an attribute of an element is no longer what it was, and the element (a picture) has loaded."""
        return self.window.changed(element, attribute, before, within_s)

    def picture(self, name: str) -> None:
        """Screenshot of the page as it stands, masked."""
        self._desk.folder.screenshot(self.page, name)

    def rest(self) -> None:
        """End the browser: what comes next needs none."""
        self.window.close()

    def _picture(self, name: str, error: RobotError) -> None:
        """One screenshot an error, at the innermost step; the absent form was pictured at its wait."""
        if error is self._pictured or not self.window.is_open or isinstance(error, (FormAbsent, UsageError)):
            return
        self._pictured = error
        if not self._desk.cancel.asked:
            self._desk.folder.screenshot(self.page, f"{name} {error.outcome}")

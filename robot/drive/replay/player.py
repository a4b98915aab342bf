"""The player of a recording: goes along with a run, answers in place of person and chain, and compares each step."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

from robot.diagnosis import CODES, LINKS, Finding, Probe
from robot.drive.replay.deviation import drift, failure, missed
from robot.drive.replay.page_time import PageTime
from robot.drive.replay.snapshot import SETTLE_S, Seen, unlike
from robot.errors import ReplayStopped, RobotError
from robot.recording.change import Change
from robot.recording.said import from_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from playwright.sync_api import BrowserContext

    from robot.drive.replay.deviation import Deviation
    from robot.drive.replay.portal import RecordedPortal
    from robot.drive.replay.post import RecordedPost
    from robot.drive.replay.signing import Frames
    from robot.flow.tape import Look
    from robot.mail import Letter
    from robot.recording.binding import Binding
    from robot.recording.matching import Matching, Miss
    from robot.recording.model import Found
    from robot.recording.reading import Loaded

HASTY_MS: Final = 1000  # once the page is another one, for elements that it may not have


class Player:
    """Plays one recording. `deviations` are in the order in which they were met; with `lenient` none stops the run."""

    def __init__(self, loaded: Loaded, binding: Binding, matching: Matching, frames: Frames, *, lenient: bool = False) -> None:
        self._loaded = loaded
        self._binding = binding
        self._frames = frames
        self._lenient = lenient
        self._time = PageTime(loaded.recording, matching, frames)
        self._context: BrowserContext | None = None
        self._answers = list(loaded.recording.answers)
        self._found = list(loaded.recording.found)
        self._next = 0  # the step of the recording that comes next
        self._open: list[tuple[int, str]] = []  # steps that are being taken, with their place in the recording; -1 for none
        self._miss: Miss | None = None
        self.portal: RecordedPortal
        self.post: RecordedPost
        self.deviations: list[Deviation] = []
        self.seen: list[Seen] = []
        self.effects: list[tuple[int, str]] = []
        self.picture: bytes | None = None

    def launched(self, context: BrowserContext) -> None:
        """The browser's network is the recording, and its clock is ours."""
        self._context = context
        context.clock.install(time=self._binding.page_begins)
        self.portal.attach(context)

    @contextlib.contextmanager
    def step(self, name: str, look: Look) -> Iterator[None]:
        """Find the step in the recording, deliver its letters, and compare the page at its end."""
        place = self._place(name)
        self._open.append((place, name))
        if place >= 0:
            self.post.deliver(place)
        seen = Seen(place, name)
        self.seen.append(seen)
        why: Exception | None = None
        try:
            yield
        except Exception as wrong:
            why = wrong
            raise
        finally:
            with contextlib.suppress(PlaywrightError):  # a browser that has gone is told by the run itself
                self._ended(seen, why, look)
                if self.deviations and self.picture is None and look.is_open:
                    self.picture = look.page.screenshot()
            self._open.pop()

    def effect(self, kind: str, key: str, look: Look) -> None:  # noqa: ARG002 - the seam's signature
        """An effect that was recorded here, on a page that is what it was; otherwise the run ends before it."""
        place, name = self._open[-1]
        recorded = self._loaded.recording.steps[place].effects if place >= 0 else ()
        before = [each for at, each in self.effects if at == place]
        if kind not in recorded[len(before) :]:
            self._deviate(failure(name, kind, "effect_new", kind=kind))
        if self.deviations and not self._lenient:
            raise ReplayStopped("replay_stopped", step=self.deviations[0].step, why=self.deviations[0].text)
        self.effects.append((place, kind))

    def answer(self, kind: str) -> str | None:
        """What a person answered then."""
        if self._answers and self._answers[0].kind == kind:
            return self._binding.fill(self._answers.pop(0).value)
        self._deviate(failure(self._name, kind, "answer_new", kind=kind))
        return None

    def answered(self, kind: str, answer: str) -> None:
        """Nobody is asked."""

    def letters(self, letters: Sequence[Letter]) -> None:
        """They are the recording's own."""

    def waits(self, seconds: float, look: Look) -> Iterator[float]:
        """See `PageTime`.

        Raises:
            ReplayStopped: something was asked that the recording holds no answer to.
        """
        silent = any(found.step == self._place_now for found in self._found)
        for part_s in self._time.parts(seconds, self._place_now, look, silent=silent):
            yield part_s
            self._stop_at_miss()

    def finding(self) -> Finding | None:
        """What was found then.

        Raises:
            ReplayStopped: the form was there then.
        """
        if not self._found or self._found[0].step != self._open[-1][0]:
            self._deviate(failure(self._name, "form", "form_absent"))
            raise ReplayStopped("replay_stopped", step=self._name, why=self.deviations[0].text)
        return _recalled(self._found[0])

    def found(self, finding: Finding) -> None:
        """Compare what was found."""
        recorded = self._found.pop(0) if self._found else None
        if recorded is None or recorded.code != finding.code:
            was, now = recorded.code if recorded is not None else "-", finding.code or "-"
            self._deviate(failure(self._name, finding.link, "finding", was=was or "-", now=now))

    def missed(self, miss: Miss) -> None:
        """The recording does not answer a request."""
        self._miss = self._miss or miss
        self._deviate(missed(self._name, miss))

    def today(self) -> date:
        """The day on which the replay began: what is sent holds that day, as what was recorded holds the run's."""
        return self._binding.today

    @property
    def has_browser(self) -> bool:
        """Whether a browser was started."""
        return self._context is not None

    @property
    def taken(self) -> int:
        """So many of the recording's steps were taken or passed over."""
        return self._next

    @property
    def _name(self) -> str:
        """The step that is being taken, or was taken last."""
        return self._open[-1][1] if self._open else self.seen[-1].name if self.seen else "-"

    def _place(self, name: str) -> int:
        """Where the step stands in the recording; those passed over are gone, and one that is not there is new."""
        names = [step.name for step in self._loaded.recording.steps]
        if name not in names[self._next :]:
            self._deviate(drift(Change("step_new", name, name)))
            return -1
        place = names.index(name, self._next)
        for gone in names[self._next : place]:
            self._deviate(drift(Change("step_gone", gone, gone)))
        self._next = place + 1
        return place

    def _ended(self, seen: Seen, why: Exception | None, look: Look) -> None:
        self._missed_frames()
        if seen.place < 0 or self._miss is not None:
            return
        recorded = self._loaded.recording.steps[seen.place]
        if (why is None) != (recorded.state == "done"):
            said = why.text if isinstance(why, RobotError) else str(why).splitlines()[0] if why is not None else "-"
            if not isinstance(why, ReplayStopped):
                self._deviate(failure(seen.name, seen.name, "step_done" if why is None else "step_failed", why=said))
            return  # the page of another end is another page
        sent = len([at for at, _ in self.effects if at == seen.place])
        for effect in recorded.effects[sent:]:
            self._deviate(failure(seen.name, effect, "effect_gone", kind=effect))
        if look.is_open and recorded.aria is not None:
            settle_s = 0 if self.deviations else SETTLE_S  # another page stays another page
            for change in unlike(recorded, self._loaded.text(recorded.aria), seen, look.page, self._binding, settle_s):
                self._deviate(drift(change))

    @property
    def _place_now(self) -> int:
        """The recording's step that is being taken; -1 where it has none."""
        return self._open[-1][0] if self._open else -1

    def _deviate(self, deviation: Deviation) -> None:
        self.deviations.append(deviation)
        if self._context is not None and not self._lenient:
            self._context.set_default_timeout(HASTY_MS)

    def _stop_at_miss(self) -> None:
        self._missed_frames()
        if self._miss is not None or (self.deviations and self.deviations[-1].state == "failed"):
            raise ReplayStopped("replay_stopped", step=self._name, why=self.deviations[-1].text)

    def _missed_frames(self) -> None:
        if self._frames.missed() and not any(one.name == "host" for one in self.deviations):
            self._deviate(failure(self._name, "host", "frame_missed"))


def _recalled(found: Found) -> Finding:
    """What was found then, as it is said now."""
    cause, remedy = from_data(found.cause), from_data(found.remedy)
    probes = tuple(Probe(CODES[code], code, "broken", cause) for code in found.probes if code in CODES)
    link = next((known for known in LINKS if known == found.link), LINKS[-1])
    return Finding(link, cause, found.certainty, remedy, found.code, probes=probes)

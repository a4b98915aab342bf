"""The recorder: goes along with a run and keeps in memory what it saw and sent; nothing of it is written before the end."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from robot.drive.recorder.guard import Guard
from robot.drive.recorder.look import look_at
from robot.drive.recorder.network import Network
from robot.drive.recorder.taken import Taken
from robot.flow.tape import NoTape
from robot.recording.made_up import like
from robot.recording.model import Answer, Found, Mail
from robot.recording.said import as_data
from robot.signing.hearing import Hearing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import BrowserContext

    from robot.diagnosis import Finding
    from robot.drive.recorder.knowing import Known
    from robot.flow.tape import Look
    from robot.mail import Letter
    from robot.settings import Settings


class Recorder(NoTape):
    """The tape of a run that is recorded; `hearing` is told what goes through the relays."""

    def __init__(self, settings: Settings, known: Known) -> None:
        self.begun = datetime.now(UTC)
        self._clock = time.monotonic()
        self._settings = settings
        self.known = known
        self.hearing = Hearing()
        self.guard = Guard()
        self.network = Network(lambda: (self._place, self.seconds), self.guard)
        self.steps: list[Taken] = []
        self.answers: list[Answer] = []
        self.mails: list[tuple[Mail, bytes]] = []
        self.findings: list[Found] = []
        self._open: list[int] = []
        self._read: set[bytes] = set()

    @property
    def seconds(self) -> float:
        """How long the run goes on by now."""
        return time.monotonic() - self._clock

    @property
    def _place(self) -> int:
        """The step that the run is in, or was in last; -1 before the first."""
        return self._open[-1] if self._open else len(self.steps) - 1

    def launched(self, context: BrowserContext) -> None:
        """Listen to the browser."""
        with self.guard.keeping():
            self.network.attach(context)

    @contextlib.contextmanager
    def step(self, name: str, look: Look) -> Iterator[None]:
        """Keep how the page looks when the step ends."""
        taken = Taken(name, self.seconds)
        self._open.append(len(self.steps))
        self.steps.append(taken)
        try:
            yield
            taken.done = True
        finally:
            taken.seconds = self.seconds - taken.begun_s
            with self.guard.keeping():
                if look.is_open:
                    self.learn()
                    taken.seen = look_at(look.page, self.known.register, self._settings.evidence.masked)
            self._open.pop()

    def effect(self, kind: str, key: str, look: Look) -> None:  # noqa: ARG002 - the seam's signature
        """Keep what is about to be sent."""
        if self._open:
            self.steps[self._open[-1]].effects.append(kind)

    def answered(self, kind: str, answer: str) -> None:
        """Keep that a person has answered; the answer itself becomes a placeholder."""
        with self.guard.keeping():
            placeholder = self.known.register.add("SECRET", kind, answer, like)
            self.answers.append(Answer(kind=kind, value=placeholder, step=max(self._place, 0)))

    def letters(self, letters: Sequence[Letter]) -> None:
        """Keep each letter of the portal's once; what others write is none of the recording's."""
        believed = {sender.lower() for sender in self._settings.mail.senders}
        with self.guard.keeping():
            self._keep([letter for letter in letters if letter.sender in believed])

    def _keep(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            if letter.raw in self._read:
                continue
            self._read.add(letter.raw)
            file = f"mails/{len(self.mails) + 1:02d}.eml"
            mail = Mail(file=file, step=max(self._place, 0), after_s=round(self.seconds, 3), sender=letter.sender)
            self.mails.append((mail, letter.raw))
            self.known.learn_letters([letter], self._settings.mail.patterns)

    def found(self, finding: Finding) -> None:
        """Keep what was found."""
        with self.guard.keeping():
            self.findings.append(
                Found(
                    step=max(self._place, 0),
                    link=finding.link,
                    code=finding.code,
                    certainty=finding.certainty,
                    cause=as_data(finding.cause),
                    remedy=as_data(finding.remedy),
                    probes=tuple(probe.code for probe in finding.probes if probe.code),
                )
            )

    def learn(self) -> None:
        """Take in what has become known since the last time."""
        self.known.learn_secrets()
        self.known.learn_frames(self.hearing.heard)

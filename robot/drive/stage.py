"""What a run is played on: the world itself, or a recording of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from robot.browser.launch import NO_EXTRAS, Extras
from robot.drive.signing import RunSigning
from robot.evidence import RunFolder
from robot.flow.tape import NoTape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from robot.drive.ahead import Ahead
    from robot.drive.office import Office
    from robot.flow import Flow
    from robot.flow.desk import Progress
    from robot.flow.tape import Tape
    from robot.redaction import Redactor
    from robot.settings import Organisation


@dataclass(frozen=True)
class Stage:
    """`tape` goes along with the run, `signing` signs in it, and `probing` says whether the chain is looked at before it.

    `extras` is what a test runner wants of the browser. `folder` makes the folder of the run's evidence.
    """

    tape: Tape = field(default_factory=NoTape)
    signing: Callable[[Office, Flow, str, Organisation, Progress], RunSigning] = RunSigning
    probing: bool = True
    extras: Extras = NO_EXTRAS
    folder: Callable[[Path, Redactor, tuple[str, ...], tuple[str, ...]], RunFolder] = RunFolder

    @classmethod
    def begun(cls, ahead: Ahead | None) -> Self:
        """The world itself, with what was begun ahead of the run."""
        if ahead is None:
            return cls()

        def signing(office: Office, flow: Flow, key: str, organisation: Organisation, progress: Progress) -> RunSigning:
            made = RunSigning(office, flow, key, organisation, progress)
            made.begun = ahead.take_agent
            return made

        return cls(signing=signing, extras=Extras(started=ahead.driver))

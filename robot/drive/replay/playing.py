"""Recordings replayed, each in a home of its own, by the flow as it is now."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from robot.browser.launch import NO_EXTRAS, Extras
from robot.browser.lent import Lending
from robot.dossier import read_head
from robot.drive.quiet import Quiet
from robot.drive.replay.books import Books
from robot.drive.replay.deviation import Deviation
from robot.drive.replay.ending import compare_ending
from robot.drive.replay.extension import with_extension
from robot.drive.replay.home import ORGANISATION, open_office
from robot.drive.replay.player import Player
from robot.drive.replay.portal import RecordedPortal
from robot.drive.replay.post import RecordedPost
from robot.drive.replay.quiet import WithoutEvidence
from robot.drive.replay.signing import Frames, RecordedSigning
from robot.drive.run import run_flow
from robot.drive.stage import Stage
from robot.errors import Cancelled, UsageError
from robot.evidence import RunFolder
from robot.flow.declare import load as load_flow
from robot.recording.age import age_of, age_said
from robot.recording.binding import Binding
from robot.recording.matching import Matching
from robot.recording.matching_frames import script_of
from robot.recording.placeholders import DOSSIER as CONTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.drive.replay.deviation import State
    from robot.drive.replay.snapshot import Seen
    from robot.recording.reading import Loaded
    from robot.settings import Settings
    from robot.texts import Language, Text

DOSSIER, ROUND = "dossier", "round_number"  # parameters of flows that are no texts


@dataclass(frozen=True)
class Playing:
    """How recordings are played: with this machine's browser and extension, of what else it is set to nothing is used."""

    machine: Settings
    headed: bool = False
    lenient: bool = False
    """A drift does not stop the run: for a recording whose expectations are to be written anew."""
    apart: bool = False
    """A browser for each recording, driven by a pipe; one that is shared listens on a port of this machine."""
    extras: Extras = NO_EXTRAS
    traced: bool = False
    """Whether Playwright's traces are recorded."""
    ended: Callable[[Path], None] | None = None
    """Called with the replay's evidence folder, which goes when it returns."""


@dataclass(frozen=True)
class Replayed:
    """How a replay ended: `step` and the deviations' names say where. Seconds are real ones; `live_s` is what the run took."""

    folder: Path
    flow: str
    state: State
    seconds: float
    live_s: float
    outcome: str
    deviations: tuple[Deviation, ...] = ()
    steps: tuple[tuple[str, float], ...] = ()
    warning: Text | None = None
    sent: tuple[str, ...] = ()
    """What the page has sent and was answered: method and path."""
    seen: tuple[Seen, ...] = field(default=(), repr=False)
    picture: bytes | None = field(default=None, repr=False)
    """The page (PNG) at the end of the step in which it first was not what was recorded."""

    @property
    def step(self) -> str | None:
        """Where it first was not what was recorded."""
        return self.deviations[0].step if self.deviations else None

    def as_json(self, language: Language) -> dict[str, Any]:
        """The result for a program."""
        return {
            "recording": str(self.folder),
            "flow": self.flow,
            "state": self.state,
            "step": self.step,
            "seconds": round(self.seconds, 2),
            "live_seconds": round(self.live_s, 2),
            "outcome": self.outcome,
            "sent": list(self.sent),
            "deviations": [one.as_json(language) for one in self.deviations],
            "steps": dict(self.steps),
            "warning": self.warning.say(language) if self.warning is not None else None,
        }


@contextlib.contextmanager
def turns(playing: Playing, *, several: bool) -> Iterator[Callable[[Loaded], Replayed]]:
    """Plays one recording after the other, `several` by one browser, and clears away at the end.

    What is handed out raises:
        UsageError: the extension is not the recordings', or the browser is missing.
        Cancelled: somebody stopped it.
    """
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vss-replays-", ignore_cleanup_errors=True)))
        if several and playing.extras == NO_EXTRAS and not playing.apart:
            playing = replace(playing, extras=_lent(stack, work))
        books = Books(work)
        yield lambda loaded: _too_old(loaded, playing) or _played(loaded, playing, work, books)


def _lent(stack: contextlib.ExitStack, work: Path) -> Extras:
    """One Playwright and one browser for all."""
    playwright = stack.enter_context(sync_playwright())
    lending = Lending(playwright, work / "profile")
    stack.callback(lending.close)
    return Extras(playwright=playwright, lending=lending)


def _too_old(loaded: Loaded, playing: Playing) -> Replayed | None:
    """The result of a recording that says too little of the portal as it is; None where it is to be played."""
    recording, limits = loaded.recording, playing.machine.recordings
    said = age_said(recording, limits)
    if said is None or age_of(recording, limits) != "too_old":
        return None
    told = (Deviation("failed", "-", "age", said),)
    return Replayed(loaded.folder, recording.flow, "failed", 0.0, recording.seconds, "-", told)


def _played(loaded: Loaded, playing: Playing, work: Path, books: Books) -> Replayed:
    recording = loaded.recording
    begun = time.monotonic()
    flow = load_flow(recording.flow)
    machine = with_extension(playing.machine, recording, loaded.frames)
    binding = Binding(recording, loaded.folder, datetime.now(UTC))
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True)))
        office = stack.enter_context(open_office(recording, binding, home, machine, books, traced=playing.traced))
        matching = Matching(loaded.exchanges, binding)
        frames = Frames(script_of(recording, loaded.frames), binding, home)
        player = Player(loaded, binding, matching, frames, lenient=playing.lenient)
        player.portal = RecordedPortal(matching, binding, _files(loaded), player.missed)
        player.post = RecordedPost(loaded, binding, home / "mails")
        stage = Stage(
            tape=player,
            signing=partial(RecordedSigning, frames=frames),
            probing=False,
            extras=playing.extras,
            folder=RunFolder if playing.ended is not None else WithoutEvidence,
        )
        parameters = _parameters(loaded, flow.takes)
        ending = run_flow(office, flow, ORGANISATION, parameters, Quiet(), headed=playing.headed, stage=stage)
        if playing.ended is not None:
            playing.ended(Path(ending.result.evidence or home))
    if ending.exit_code == Cancelled.exit_code:
        raise Cancelled("cancelled")
    usage, told = UsageError.exit_code, ending.text
    if ending.exit_code == usage != recording.outcome.exit_code and told is not None and not player.has_browser:
        raise UsageError(told.key.removeprefix("errors."), **told.fills)  # no screen, no browser: this machine's matter
    player.deviations += compare_ending(recording, ending, player, matching, binding)
    return Replayed(
        folder=loaded.folder,
        flow=recording.flow,
        state=player.deviations[0].state if player.deviations else "passed",
        seconds=time.monotonic() - begun,
        live_s=recording.seconds,
        outcome=ending.result.outcome,
        deviations=tuple(player.deviations),
        steps=tuple(ending.result.steps.items()),
        warning=age_said(recording, playing.machine.recordings),
        sent=tuple(exchange.endpoint for exchange in matching.made()),
        seen=tuple(player.seen),
        picture=player.picture,
    )


def _files(loaded: Loaded) -> dict[bytes, str]:
    """What stands in an upload for a file's whole content."""
    dossier = loaded.recording.parameters.get(DOSSIER)
    return {(loaded.folder / dossier).read_bytes(): CONTENT} if dossier is not None else {}


def _parameters(loaded: Loaded, takes: frozenset[str]) -> dict[str, Any]:
    """The flow's parameters as a command would have read them."""
    written = dict(loaded.recording.parameters)
    parameters: dict[str, Any] = {}
    if DOSSIER in written:
        parameters[DOSSIER] = read_head(loaded.folder / written.pop(DOSSIER))
    if ROUND in written:
        parameters[ROUND] = int(written.pop(ROUND))
    return parameters | {name: value for name, value in written.items() if name in takes}

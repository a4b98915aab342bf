"""Signing in a replay: the real extension and relay, and behind it the recording's frames; no token, no library, no agent."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from robot.drive.signing import RunSigning
from robot.signing.desk import TRANSCRIPT
from robot.signing.relay import RelayConfig, install, read
from robot.signing.relay.recorded import PLAYED

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.flow import Flow
    from robot.flow.desk import Progress
    from robot.recording.binding import Binding
    from robot.recording.matching_frames import Group, Script
    from robot.settings import Organisation
    from robot.texts import Text

_FRAMES = "frames.json"
_NOT_RECORDED = "not_recorded"


class Frames:
    """The frames of one replay: written for the relay to play, and how far it has played them."""

    def __init__(self, script: Script, binding: Binding, home: Path) -> None:
        self._groups = script.groups
        self._home = home
        self._transcript: Path | None = None
        self.file = home / _FRAMES
        self._played = home / f"{_FRAMES}{PLAYED}"
        self._played.mkdir()
        greeting = binding.fill_data(script.greeting) if script.greeting is not None else None
        groups = [binding.fill_data(asdict(group)) for group in script.groups]
        self.file.write_text(json.dumps({"greeting": greeting, "groups": groups}), encoding="utf-8")

    def heard_in(self, transcript: Path) -> None:
        """The relay writes its transcript here."""
        self._transcript = transcript

    def due(self) -> Group | None:
        """The next question that the recording holds and that was not asked yet."""
        played = {int(file.name) for file in self._played.iterdir()}
        return next((group for number, group in enumerate(self._groups) if number not in played), None)

    def missed(self) -> bool:
        """Whether something was asked of the relay that the recording holds no answer to."""
        if self._transcript is None or not self._transcript.exists():
            return False
        return any(entry.get("event") == _NOT_RECORDED for entry in read(self._transcript))


class RecordedSigning(RunSigning):
    """In place of `RunSigning`: nothing is checked, asked or counted."""

    def __init__(
        self, office: Office, flow: Flow, key: str, organisation: Organisation, progress: Progress, *, frames: Frames
    ) -> None:
        super().__init__(office, flow, key, organisation, progress)
        self._frames = frames
        self._transcript: Path | None = None

    def facts(self) -> dict[str, str]:
        """That nobody signs."""
        return {"mode": "recorded", "attended": "no"}

    def check(self) -> None:
        """Nothing is signed, so there is nothing to consent to."""

    def begin(self, run: str, evidence: Path) -> None:
        """The transcript is part of the run's evidence, as ever."""
        super().begin(run, evidence)
        self._transcript = evidence / TRANSCRIPT
        self._frames.heard_in(self._transcript)

    def open(self, profile: Path) -> Path | None:
        """Write the relay's launcher; None where the recording names no native host."""
        settings = self._office.settings
        if not settings.signing.host_name:
            return None
        config = RelayConfig(
            mode="recorded",
            transcript=str(self._transcript),
            extension_ids=(settings.browser.extension_id,),
            protocol=settings.signing.protocol,
            frames=str(self._frames.file),
        )
        return install(settings.home / "relays" / profile.name, Path(sys.executable), config)

    def close(self) -> None:
        """The browser has ended its relays itself."""

    def trouble(self) -> Text | None:
        """There is no token to be in trouble."""
        return None

    def alarms(self) -> list[dict[str, str]]:
        """Nothing was signed."""
        return []

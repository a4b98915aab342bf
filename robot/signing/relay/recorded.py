"""Mode recorded: what a host has said once is said again; no token, no agent, no library. Standard library only.

The file is JSON, in the order of the recording:

    {"greeting": message or null, "groups": [{"asks": message, "answers": [message, …], "ends": status or null}, …]}

Each group is played once: whichever of the profile's relays is asked takes the first one left that fits, by making a file of
its number in the folder beside (`FILE.played`). A question that changes nothing (the empty probe, VERSION) may come more often
than it was recorded.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from robot.signing.relay import frames
from robot.signing.relay.transcript import FROM, TO

if TYPE_CHECKING:
    from robot.signing.relay.config import RelayConfig
    from robot.signing.relay.transcript import Transcript

NOT_RECORDED: Final = 5  # exit status
PLAYED: Final = ".played"
_STDIN, _STDOUT = 0, 1
# These must be what they were; any other text (nonce, hash, certificate) may have changed, and then changes in the answer too.
_SAME: Final = frozenset({"type", "command", "origin", "filter", "hashtype", "hashFunction", "src"})
_HARMLESS: Final = ("", "VERSION")


def play(config: RelayConfig, transcript: Transcript) -> int:
    """Serve one port; the relay's exit status."""
    script = _Script(config.frames)
    try:
        if script.greeting is not None:
            _send(transcript, script.greeting)
        while (payload := frames.read_frame(_STDIN, frames.FROM_BROWSER, config.stall_s)) is not None:
            transcript.frame(FROM, payload)
            group, changed = script.take(json.loads(payload))
            if group is None:
                transcript.event("not_recorded")
                return NOT_RECORDED
            for answer in group["answers"]:
                _send(transcript, _with(answer, changed))
            if group["ends"] is not None:
                return int(group["ends"])
    except BrokenPipeError:
        transcript.event("browser_left")
    return 0


class _Script:
    """What there is to be played, and which of it is played already."""

    def __init__(self, file: str) -> None:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib takes a tenth of the start-up
            written = json.load(opened)
        self.greeting: dict[str, Any] | None = written["greeting"]
        self._groups: list[dict[str, Any]] = written["groups"]
        self._folder = file + PLAYED

    def take(self, asked: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """The first group left that answers what is asked, and what of its texts is another one now."""
        repeated: tuple[dict[str, Any] | None, dict[str, str]] = None, {}
        for number, group in enumerate(self._groups):
            changed: dict[str, str] = {}
            if not _fits(group["asks"], asked, changed):
                continue
            if self._claim(number):
                return group, changed
            if asked.get("type", "") in _HARMLESS and "command" not in asked:
                repeated = group, changed
        return repeated

    def _claim(self, number: int) -> bool:
        try:
            os.close(os.open(f"{self._folder}/{number:04d}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        return True


def _fits(recorded: Any, asked: Any, changed: dict[str, str], key: str = "") -> bool:
    """Whether a message is the recorded one but for what each page makes anew; `changed` gets those texts, old to new."""
    if isinstance(recorded, dict):
        same = isinstance(asked, dict) and recorded.keys() == asked.keys()
        return same and all(_fits(value, asked[name], changed, name) for name, value in recorded.items())
    if isinstance(recorded, str) and isinstance(asked, str):
        if recorded != asked:
            changed[recorded] = asked
        return recorded == asked or key not in _SAME
    return type(recorded) is type(asked)


def _with(answer: Any, changed: dict[str, str]) -> Any:
    if isinstance(answer, dict):
        return {name: _with(value, changed) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_with(value, changed) for value in answer]
    return changed.get(answer, answer) if isinstance(answer, str) else answer


def _send(transcript: Transcript, answer: dict[str, Any]) -> None:
    payload = json.dumps(answer, separators=(",", ":")).encode()
    transcript.frame(TO, payload)  # first, so that who has read the answer finds the line
    frames.write_frame(_STDOUT, payload)

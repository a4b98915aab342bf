"""A recording read from its folder, whole and strictly; each fault with the place where it stands: `file: path: message`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationError

from robot.errors import RecordingFaulty
from robot.recording import har
from robot.recording.har_model import Har
from robot.recording.made_up import SHAPE
from robot.recording.model import Frame, Recording
from robot.recording.placeholders import placeholders_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from robot.recording.exchanges import Exchange

RECORDING: Final = "recording.json"
EXCHANGES: Final = "exchanges.har"
FRAMES: Final = "frames.jsonl"
Read = TypeVar("Read")
FOLDERS: Final = {"mails": ".eml", "files": "", "aria": ".yml", "screenshots": "", "trace": ".zip"}
_WHERE: Final = re.compile(r"^(?P<path>[a-z_]+\.[0-9]+\.[\w.]+): (?P<message>.+)$")


@dataclass(frozen=True)
class Loaded:
    """A recording with its exchanges and frames, in order; the other files are read where they lie."""

    folder: Path
    recording: Recording
    exchanges: tuple[Exchange, ...]
    frames: tuple[Frame, ...]

    def text(self, name: str) -> str:
        """A text of the recording's, by its name within the folder (`aria/01.yml`)."""
        return (self.folder / name).read_text(encoding="utf-8")


def load(folder: Path) -> Loaded:
    """The recording in a folder.

    Raises:
        RecordingFaulty: `recording_absent`; `recording_faulty` with every fault.
    """
    if not (folder / RECORDING).is_file():
        raise RecordingFaulty("recording_absent", [f"{RECORDING}: : no such file"], folder=folder)
    faults: list[str] = []
    recording = _read(folder, RECORDING, Recording.model_validate_json, faults)
    exchanges: list[Exchange] | None = None
    if recording is not None:
        begun = recording.recorded if recording.recorded.tzinfo else recording.recorded.replace(tzinfo=UTC)
        exchanges = _read(folder, EXCHANGES, lambda text: har.read(text, begun), faults)
    else:
        _read(folder, EXCHANGES, Har.model_validate_json, faults)
    frames = _frames(folder, faults)
    if recording is not None:
        faults += _crossed(folder, recording, exchanges or [])
    if faults or recording is None or exchanges is None:
        said = "\n".join(faults)
        raise RecordingFaulty("recording_faulty", faults, folder=folder, count=len(faults), said=said)
    return Loaded(folder, recording, tuple(exchanges), tuple(frames))


def _read(folder: Path, name: str, parse: Callable[[str], Read], faults: list[str]) -> Read | None:
    """What a file holds; None, and its faults, where it cannot be read."""
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        faults.append(f"{name}: : {_why(wrong)}")
        return None
    try:
        return parse(text)
    except ValidationError as wrong:
        faults += _told(name, text, wrong)
        return None


def _told(name: str, text: str, wrong: ValidationError) -> Iterator[str]:
    """The faults of one file; where it is no JSON at all, with line and column."""
    for fault in wrong.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "json_invalid":
            try:
                json.loads(text)
            except ValueError as broken:
                path, message = _place(broken), str(getattr(broken, "msg", broken))
        elif found := _WHERE.match(message):  # a fault between two parts names its place itself
            path, message = f"{path}.{found['path']}" if path else found["path"], found["message"]
        yield f"{name}: {path}: {message}"


def _place(broken: ValueError) -> str:
    return f"line {broken.lineno} column {broken.colno}" if isinstance(broken, json.JSONDecodeError) else ""


def _frames(folder: Path, faults: list[str]) -> list[Frame]:
    frames = []
    try:
        lines = (folder / FRAMES).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        faults.append(f"{FRAMES}: : {_why(wrong)}")
        return []
    for number, line in enumerate(lines, start=1):
        try:
            frames.append(Frame.model_validate_json(line))
        except ValidationError as wrong:
            for fault in wrong.errors(include_url=False, include_input=False):
                path = ".".join(str(part) for part in (f"line {number}", *fault["loc"]))
                faults.append(f"{FRAMES}: {path}: {fault['msg']}")
    return frames


def _crossed(folder: Path, recording: Recording, exchanges: list[Exchange]) -> list[str]:
    """Faults between the parts: files that are not there or that nobody names, steps that are none, placeholders not listed."""
    faults = [*_files(folder, recording), *_steps(recording, exchanges)]
    for placeholder, shape in recording.placeholders.items():
        if placeholders_in(placeholder) != {placeholder}:
            faults.append(f"{RECORDING}: placeholders.{placeholder}: not a placeholder")
        if SHAPE.fullmatch(shape) is None:
            faults.append(f"{RECORDING}: placeholders.{placeholder}: {shape!r} is no shape")
    for name in sorted(_texts(folder)):
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        faults += [
            f"{name}: {placeholder}: not listed among the placeholders of {RECORDING}"
            for placeholder in sorted(placeholders_in(text) - recording.placeholders.keys())
        ]
    return faults


def _texts(folder: Path) -> Iterator[str]:
    for name in (RECORDING, EXCHANGES, FRAMES):
        if (folder / name).is_file():
            yield name
    for part in ("mails", "aria"):
        yield from (str(file.relative_to(folder)) for file in (folder / part).glob("*") if file.is_file())


def _files(folder: Path, recording: Recording) -> Iterator[str]:
    named: dict[str, str] = {}
    for number, step in enumerate(recording.steps):
        for field in ("aria", "screenshot"):
            name = getattr(step, field)
            if name is not None:
                named.setdefault(name, f"steps.{number}.{field}")
    named |= {mail.file: f"mails.{number}.file" for number, mail in enumerate(recording.mails)}
    if "dossier" in recording.parameters:
        named[recording.parameters["dossier"]] = "parameters.dossier"
    lying = {
        file.relative_to(folder).as_posix() for part in FOLDERS for file in sorted((folder / part).glob("*")) if file.is_file()
    }
    for name, path in named.items():
        if name not in lying:
            yield f"{RECORDING}: {path}: no file {name}"
    for name in sorted(lying - named.keys()):
        if not name.startswith(("trace/", "files/")):
            yield f"{name}: : nothing in {RECORDING} names this file"


def _steps(recording: Recording, exchanges: list[Exchange]) -> Iterator[str]:
    last = len(recording.steps) - 1
    for part in ("answers", "mails", "found"):
        for number, each in enumerate(getattr(recording, part)):
            if each.step > last:
                yield f"{RECORDING}: {part}.{number}.step: {each.step} is none of the steps, 0 to {last}"
    for number, exchange in enumerate(exchanges):
        if exchange.step > last:
            yield f"{EXCHANGES}: log.entries.{number}.pageref: {RECORDING} has {last + 1} steps"


def _why(wrong: Exception) -> str:
    return wrong.strerror or "cannot be read" if isinstance(wrong, OSError) else "not UTF-8"

"""Writing a recording: what was kept in memory goes to the folder with placeholders, is searched, and stays or goes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from robot.errors import RecordingUnsafe, UsageError
from robot.recording import har
from robot.recording.exchanges import hidden
from robot.recording.letters import rewritten
from robot.recording.model import VERSION, Recording
from robot.recording.placeholders import placeholders_in
from robot.recording.reading import EXCHANGES, FRAMES, RECORDING, load
from robot.recording.safety import search
from robot.recording.traces import harmless_trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from robot.recording.exchanges import Exchange
    from robot.recording.model import Frame
    from robot.recording.placeholders import Register
    from robot.recording.reading import Loaded

TOLD: Final = 20  # places that a refusal names


@dataclass(frozen=True)
class Draft:
    """A run as it was kept in memory. `facts` are the fields of `Recording` but `placeholders`; files lie under their names.

    `files` are harmless already; `contents` are bytes that stand in traces, with what stands there instead.
    """

    facts: Mapping[str, Any]
    exchanges: Sequence[Exchange]
    frames: Sequence[Frame]
    mails: Mapping[str, bytes] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    traces: Sequence[bytes] = field(repr=False)
    contents: Mapping[bytes, bytes] = field(repr=False)


def check_free(folder: Path) -> None:
    """See that a recording may be written here.

    Raises:
        UsageError: `recording_folder_taken`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("recording_folder_taken", folder=folder)


def write(folder: Path, draft: Draft, register: Register, known: Mapping[str, str]) -> Loaded:
    """Write a recording, read it back, and search it for `known` (values with their names).

    Raises:
        RecordingUnsafe: `recording_unsafe`: something was found, and the folder was removed.
    """
    kept = False
    try:
        _write(folder, draft, register)
        hits = search(folder, known)
        if hits:
            said = "\n".join(f"{hit.file}: {hit.what}" for hit in hits[:TOLD])
            raise RecordingUnsafe("recording_unsafe", folder=folder, said=said)
        loaded = load(folder)
        kept = True
        return loaded
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, draft: Draft, register: Register) -> None:
    recorded = draft.facts["recorded"]
    plain = Recording.model_validate({"version": VERSION, **draft.facts})
    facts = register.hide_data(plain.model_dump(mode="json"))
    steps = [(step["name"], step["begun_s"]) for step in facts["steps"]]
    exchanges = [hidden(exchange, register) for exchange in draft.exchanges]
    texts = {EXCHANGES: har.write(exchanges, steps, recorded, facts["versions"])}
    texts[FRAMES] = "".join(frame.model_dump_json(exclude_none=True) + "\n" for frame in draft.frames)
    texts |= {name: register.hide(text) for name, text in draft.texts.items()}
    texts |= {name: rewritten(mail, register.hide).decode("utf-8", "replace") for name, mail in draft.mails.items()}
    used = set().union(*(placeholders_in(text) for text in texts.values()), placeholders_in(str(facts)))
    facts["placeholders"] = {placeholder: register.shape(placeholder) for placeholder in sorted(used)}
    texts[RECORDING] = Recording.model_validate(facts).model_dump_json(indent=1) + "\n"
    files = {name: text.encode() for name, text in texts.items()} | dict(draft.files)
    files |= {
        f"trace/{number:02d}.zip": harmless_trace(trace, register, draft.contents)
        for number, trace in enumerate(draft.traces, start=1)
    }
    for name, held in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(held)

"""Writing a recording: what was kept in memory gets its placeholders, is searched, and only then goes to the folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from robot.errors import RecordingFaulty, RecordingUnsafe, UsageError
from robot.recording import har
from robot.recording.exchanges import hidden
from robot.recording.letters import rewritten
from robot.recording.model import VERSION, Recording
from robot.recording.placeholders import placeholders_in
from robot.recording.reading import EXCHANGES, FRAMES, RECORDING, load
from robot.recording.safety import search_files
from robot.recording.traces import harmless_trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from robot.recording.exchanges import Exchange
    from robot.recording.model import Frame
    from robot.recording.placeholders import Register
    from robot.recording.reading import Loaded

TOLD: Final = 20  # places that a refusal names
# What may hold a value of somebody's; the other fields are of the program and the portal, and a year in them is no PIN.
OF_THE_RUN: Final = ("organisation", "parameters", "earlier", "account", "steps", "answers", "found", "outcome")


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
    """Write a recording, after a search for `known` (values with their names) in all that is going to be written.

    Raises:
        RecordingUnsafe: `recording_unsafe`: something was found, and nothing was written.
        RecordingFaulty: what was written could not be read; it was removed.
    """
    files = _files(draft, register)
    hits = search_files(files.items(), known)
    if hits:
        said = "\n".join(f"{hit.file}: {hit.what}" for hit in hits[:TOLD])
        raise RecordingUnsafe("recording_unsafe", folder=folder, said=said)
    for name, held in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(held)
    try:
        return load(folder)
    except RecordingFaulty:  # a fault of ours: what nobody can read is not left lying there
        shutil.rmtree(folder)
        raise


def _files(draft: Draft, register: Register) -> dict[str, bytes]:
    """The recording's files by name, every text with placeholders."""
    recorded = draft.facts["recorded"]
    plain = Recording.model_validate({"version": VERSION, **draft.facts})
    facts = plain.model_dump(mode="json")
    facts |= {name: register.hide_data(facts[name]) for name in OF_THE_RUN}
    steps = [(step["name"], step["begun_s"]) for step in facts["steps"]]
    exchanges = [hidden(exchange, register) for exchange in draft.exchanges]
    texts = {EXCHANGES: har.write(exchanges, steps, recorded, facts["versions"])}
    texts[FRAMES] = "".join(frame.model_dump_json(exclude_none=True) + "\n" for frame in draft.frames)
    texts |= {name: register.hide(text) for name, text in draft.texts.items()}
    mails = {name: rewritten(mail, register.hide, readable=True) for name, mail in draft.mails.items()}
    texts |= {name: mail.decode("utf-8", "replace") for name, mail in mails.items()}
    used = set().union(*(placeholders_in(text) for text in texts.values()), placeholders_in(str(facts)))
    facts["placeholders"] = {placeholder: register.shape(placeholder) for placeholder in sorted(used)}
    texts[RECORDING] = Recording.model_validate(facts).model_dump_json(indent=1) + "\n"
    traces = {
        f"trace/{number:02d}.zip": harmless_trace(trace, register, draft.contents)
        for number, trace in enumerate(draft.traces, start=1)
    }
    return {name: text.encode() for name, text in texts.items()} | dict(draft.files) | traces

"""Which files of a run's folder go to a help desk, each covered in its own way; what stays here, and why.

A list of what may go, not of what may not: a file of a kind that is not known here stays.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from robot.report.cover import Cover

FOLDER: Final = "evidence"

# Pattern, what it is (a key of the catalogue's [report]), how its text is covered; pictures were covered when they were taken.
KINDS: Final = (
    ("run.json", "file_run", "json"),
    ("findings.jsonl", "file_findings", "lines"),
    ("console.jsonl", "file_console", "lines"),
    ("network.jsonl", "file_network", "lines"),
    ("transcript.jsonl", "file_transcript", "lines"),
    ("mails.jsonl", "file_mails", "lines"),
    ("pictures.jsonl", "file_pictures", "lines"),
    ("probes.jsonl", "file_probes", "lines"),
    ("page/*.html", "file_page", "text"),
    ("page/*.aria.yaml", "file_aria", "text"),
    ("screenshots/*.png", "file_screenshot", ""),
    ("questions/captcha-*.png", "file_captcha", ""),
)
STAYS: Final = (("traces/*", "stays_trace"),)


@dataclass(frozen=True)
class Packed:
    """One file of the bundle: its name there, its bytes, what it is."""

    name: str
    data: bytes
    about: Text


@dataclass(frozen=True)
class Stayed:
    """One file that was not packed, by its name in the run's folder, and why."""

    name: str
    why: Text


def sort_files(folder: Path, cover: Cover) -> tuple[list[Packed], list[Stayed]]:
    """The files of a run's folder, in order of name, covered; links are not followed."""
    ways: dict[str, Callable[[str], str]] = {"json": cover.json, "lines": cover.lines, "text": cover.text}
    packed: list[Packed] = []
    stayed: list[Stayed] = []
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        name = file.relative_to(folder).as_posix()
        kind = next(((about, way) for pattern, about, way in KINDS if fnmatch.fnmatchcase(name, pattern)), None)
        if kind is None:
            why = next((why for pattern, why in STAYS if fnmatch.fnmatchcase(name, pattern)), "stays_other")
            stayed.append(Stayed(cover.text(name), Text(f"report.{why}")))
            continue
        about, way = kind
        data = file.read_bytes()
        if way:
            data = ways[way](data.decode("utf-8", "replace")).encode()
        packed.append(Packed(f"{FOLDER}/{name}", data, Text(f"report.{about}")))
    return packed, stayed

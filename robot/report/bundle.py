"""The bundle of one run: a zip file for a help desk, its first page `index.html` in words, then the files, all of it covered."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot import private
from robot.clock import VIETNAM
from robot.errors import UsageError
from robot.report.case import read_case
from robot.report.files import FOLDER, Packed, Stayed, sort_files
from robot.report.har import har
from robot.report.notices import lines
from robot.report.page.bundle import render
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.ledger import Ledger, Run
    from robot.report.cover import Cover
    from robot.settings import Settings

PAGE: Final = "index.html"
PRIVATE: Final = 0o600 << 16  # a zip member's permissions stand in the upper half


@dataclass(frozen=True)
class Bundle:
    """What was written: the zip file, the names in it (the first page first), and what stayed on this machine."""

    file: Path
    names: tuple[str, ...]
    stayed: tuple[Stayed, ...]


def check_bundle(run: Run, out: Path) -> None:
    """Refuse at once what cannot be packed; cheap enough to be asked before a pass phrase is.

    Raises:
        UsageError: the run's folder is gone, `out` exists, or its folder does not.
    """
    if not run.evidence.is_dir():
        raise UsageError("evidence_gone", run=run.id, folder=run.evidence)
    if out.exists():
        raise UsageError("file_exists", file=out)
    if not out.parent.is_dir():
        raise UsageError("file_unwritable", file=out, why=os.strerror(errno.ENOENT))


def make_bundle(run: Run, ledger: Ledger, settings: Settings, cover: Cover, out: Path) -> Bundle:
    """Pack a run into `out`, which must not exist; whole or not at all.

    Raises:
        UsageError: as `check_bundle`, or `out` cannot be written.
    """
    check_bundle(run, out)
    packed, stayed = sort_files(run.evidence, cover)
    case = read_case(run, ledger.steps(run.id), ledger.effects(run.id), settings, packed, cover)
    packed += _har(packed)
    page = render(case, packed, stayed, settings.language).encode()
    members = [Packed(PAGE, page, Text("report.title")), *packed]
    try:
        _write(out, members, run)
    except OSError as wrong:
        raise UsageError("file_unwritable", file=out, why=wrong.strerror or type(wrong).__name__) from wrong
    return Bundle(out, tuple(member.name for member in members), tuple(stayed))


def _har(packed: list[Packed]) -> list[Packed]:
    files = {file.name: file.data for file in packed}
    network = files.get(f"{FOLDER}/network.jsonl")
    if network is None:
        return []
    kept = json.loads(files.get(f"{FOLDER}/run.json", b"{}"))
    browser = str(kept.get("versions", {}).get("browser", ""))
    return [Packed(f"{FOLDER}/network.har", har(lines(network), browser).encode(), Text("report.file_har"))]


def _write(out: Path, members: list[Packed], run: Run) -> None:
    at = (run.ended or run.started).astimezone(VIETNAM).timetuple()[:6]
    beside = out.with_name(f".{out.name}.new")
    try:
        with open(beside, "wb", opener=private.opener) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                entry = zipfile.ZipInfo(member.name, at)
                entry.compress_type = zipfile.ZIP_STORED if member.name.endswith(".png") else zipfile.ZIP_DEFLATED
                entry.external_attr = PRIVATE
                archive.writestr(entry, member.data)
        beside.rename(out)
    finally:
        beside.unlink(missing_ok=True)

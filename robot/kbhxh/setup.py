"""The new version's set-up, run silently: the kind of installer is read off the file, its silent options are the maker's own.

Inno Setup: /VERYSILENT /SUPPRESSMSGBOXES /NORESTART /DIR=; NSIS: /S and /D= as the last word, unquoted; Windows Installer:
msiexec /qn. Which of them KBHXH's set-up is made with is not known here, so the options can be given instead.
"""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh.long import shown

LIMIT_S: Final = 1800.0
GOOD: Final = {0, 3010, 1641}  # done; done, and a restart is wanted (Windows Installer's two ways of saying it)


@dataclass(frozen=True)
class SetUp:
    """A set-up program and its silent options; without options those of its kind are taken."""

    file: Path
    options: tuple[str, ...] = ()
    limit_s: float = LIMIT_S


def run_set_up(chosen: SetUp, new: Path) -> None:
    """Run it and wait for its end; nobody is asked anything.

    Raises:
        FolderUnusable: there is no such file, or its kind is not known and no options were given.
        UpgradeStopped: it did not start, did not end in time (it is ended then), or ended with an error.
    """
    file = chosen.file.expanduser().resolve()
    if not file.is_file():
        raise FolderUnusable("kbhxh_setup_absent", file=file)
    words, last = command_of(file, chosen.options, new)
    # Two makers want their last word in quotes of their own, or in none: only a whole command line says that on Windows.
    command = f"{subprocess.list2cmdline(words)} {last}" if sys.platform == "win32" else [*words, *([last] if last else [])]
    try:
        with Path(os.devnull).open("r+b") as nobody:
            ended = subprocess.run(  # noqa: S603 - a set-up that the person named
                command, stdin=nobody, stdout=nobody, stderr=nobody, timeout=chosen.limit_s, check=False
            )
    except subprocess.TimeoutExpired as late:
        raise UpgradeStopped("kbhxh_setup_late", file=file, seconds=round(chosen.limit_s)) from late
    except OSError as wrong:
        raise UpgradeStopped("kbhxh_setup_failed", file=file, code=wrong.strerror or wrong) from wrong
    if ended.returncode not in GOOD:
        raise UpgradeStopped("kbhxh_setup_failed", file=file, code=ended.returncode)


def command_of(file: Path, options: tuple[str, ...], new: Path) -> tuple[list[str], str]:
    """Words that install into `new` without a question, and a last word that is quoted already.

    `{new}` in an option of the person's stands for the new folder.

    Raises:
        FolderUnusable: no options, and the installer's kind is not known.
    """
    where = shown(new)
    if options:
        return [str(file), *(option.replace("{new}", where) for option in options)], ""
    if file.suffix.casefold() == ".msi":
        return ["msiexec", "/i", str(file), "/qn", "/norestart"], f'INSTALLDIR="{where}"'
    kind = _kind(file)
    if kind == "inno":
        return [str(file), "/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART", "/SP-", f"/DIR={where}"], ""
    if kind == "nsis":
        return [str(file), "/S"], f"/D={where}"
    raise FolderUnusable("kbhxh_setup_unknown", file=file)


def _kind(file: Path) -> str | None:
    """By the words that the makers' stubs carry in themselves."""
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find(b"Inno Setup") >= 0:
                return "inno"
            return "nsis" if content.find(b"NullsoftInst") >= 0 else None
    except (OSError, ValueError):  # unreadable, or empty
        return None

"""Writing what Chrome starts: a launcher, and the config beside it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from robot import private
from robot.signing.relay import start

if TYPE_CHECKING:
    from robot.signing.relay.config import RelayConfig

# Isolated, without site-packages' start-up code, UTF-8 whatever the locale: nothing of Chrome's environment steers it.
FLAGS = ("-I", "-S", "-X", "utf8")
_ROOT = Path(start.__file__).parents[3]  # what holds the package `robot`


def install(folder: Path, python: Path, config: RelayConfig) -> Path:
    """Write launcher and config into `folder` (made for its owner only) and return the launcher, to be named in the manifest.

    Written anew for each run: whole files put in place, so that a relay which starts meanwhile reads the old or the new.
    """
    folder = folder.resolve()
    private.make_folder(folder)
    file = folder / "relay.json"
    # Chrome starts the relay in a folder of its own choice.
    _put(file, config._replace(transcript=str(Path(config.transcript).resolve())).written(), 0o600)
    words = [str(python), *FLAGS, start.__file__, str(_ROOT)]
    if sys.platform == "win32":
        launcher = folder / "vss-relay.bat"
        quoted = " ".join('"' + word.replace("%", "%%") + '"' for word in words)
        # cmd reads the file in the console's code page; a user's folder may have Vietnamese letters.
        _put(launcher, f'@chcp 65001>nul\r\n@{quoted} "%~dp0relay.json" %*\r\n', 0o700)
    else:
        launcher = folder / "vss-relay"
        _put(launcher, f'#!/bin/sh\nexec {shlex.join([*words, str(file)])} "$@"\n', 0o700)
    return launcher


def _put(file: Path, text: str, mode: int) -> None:
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with open(beside, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, mode)) as opened:
        opened.write(text)
    beside.chmod(mode)
    beside.replace(file)

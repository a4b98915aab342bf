"""The one log (loguru): to a file under the robot's home, and to stderr when asked; nothing secret can be printed.

Two measures: loguru's `diagnose` is off, since it prints the values of local variables into tracebacks, and each line is
redacted as a whole, traceback included, at the last moment before it is written.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, TextIO

from loguru import logger

from robot import private
from robot.harmless import harmless

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path

    from robot.redaction import Redactor

LINE = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level: <7} {extra[action]} {message} {extra}"
LARGEST_BYTES = 10 * 1024 * 1024
FILES_KEPT = 10


class _Redacting(logging.Formatter):
    """Formats nothing (loguru has done it), takes out what is secret and what a terminal would obey."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return harmless(self._redactor.redact(record.getMessage()))


class _Mute(logging.Handler):
    """Says nothing of a line it cannot write (disk full, pipe closed): logging's own way prints it whole, unredacted."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the line."""


class _File(_Mute, RotatingFileHandler):
    """The log's file."""

    def _open(self) -> TextIOWrapper:
        """What logging opens it by."""
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=private.opener)

    def close(self) -> None:
        """Close it; what a full disk did not take is lost, and no traceback says so when the command ends."""
        with contextlib.suppress(OSError):
            super().close()


class _Stderr(_Mute, logging.StreamHandler[TextIO]):
    """The log on stderr."""


def set_up(redactor: Redactor, folder: Path | None, *, verbose: bool = False) -> None:
    """Send the log to `folder/vss-robot.log` (10 MB a file, ten files) and, when verbose, to stderr.

    Every line carries a machine-readable action: `logger.bind(action="run.begin").info(...)`.
    """
    logger.remove()
    logger.configure(extra={"action": "-"})
    handlers: list[logging.Handler] = []
    if folder is not None:
        private.make_folder(folder)
        path = folder / "vss-robot.log"
        handlers.append(
            _File(path, maxBytes=LARGEST_BYTES, backupCount=FILES_KEPT - 1, encoding="utf-8", delay=True),
        )
    if verbose:
        handlers.append(_Stderr(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_Redacting(redactor))
        logger.add(handler, format=LINE, level="DEBUG", backtrace=False, diagnose=False)

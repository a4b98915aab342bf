"""The help of the top level, kept as a text: loading the command line to print it costs ten times a bare Python.

`help.txt` is what `vss-robot --help` says; a test holds it against the commands, and `python -m tests.readme --write` renews it.
Only what costs nothing is imported here.
"""

from __future__ import annotations

import os
import sys

FILE = os.path.join(os.path.dirname(__file__), "help.txt")  # noqa: PTH118, PTH120 - pathlib costs more than all the rest
COLUMNS = 80  # no help is wider; a narrower terminal has it wrapped anew


def kept_help(typed: list[str]) -> str | None:
    """The help where `typed`, program and arguments, asks for it and the terminal is wide enough; None otherwise."""
    if typed[1:] != ["--help"] or os.path.basename(typed[0]) != "vss-robot" or _columns() < COLUMNS:  # noqa: PTH119 - the same
        return None
    with open(FILE, encoding="utf-8") as kept:  # noqa: PTH123 - the same
        return kept.read()


def _columns() -> int:
    """The terminal's width, by the rule of `shutil.get_terminal_size`, which costs more to import."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ is not None else 1).columns or COLUMNS
    except (AttributeError, ValueError, OSError):
        return COLUMNS

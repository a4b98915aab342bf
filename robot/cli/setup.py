"""`vss-robot setup`: what would be changed, changing it, taking it back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from loguru import logger

from robot.browser import find_browser
from robot.cli.terminal import print_json
from robot.errors import UsageError
from robot.settings import find, load
from robot.setup import Journal, Machine, apply, described, left_out, plan, undo
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from robot.settings import Settings
    from robot.setup import Change, Scope
    from robot.texts import Language


def set_up(file: Path | None, what: Literal["make", "undo"], *, system: bool, user: bool, dry_run: bool, as_json: bool) -> None:
    """Set up, or take back, or print what either would do; the changes go to stdout, everything else to stderr.

    Raises:
        UsageError: nothing was changed: settings, rights, or both --system and --user.
        SetupFailed: a change was not made, or not taken back.
    """
    if system and user:
        raise UsageError("setup_both_scopes")
    logger.remove()  # the journal is the record; a log made as administrator would lock the robot's user out of its own folder
    settings = load(find(file))
    scope: Scope = "system" if system else "user" if user else settings.setup.scope
    machine, journal = Machine.here(), Journal.of(settings.home)
    speaks = settings.language
    if what == "make":
        changes: Sequence[Change] = journal.fresh(plan(settings, machine, browser=_browser(settings), scope=scope))
        for text in left_out(settings, machine, scope):
            _talk(text, speaks)
    else:
        changes = [entry.change for entry in reversed(journal.entries())]
    if as_json:
        print_json([described(change) for change in changes])
    if not changes:
        _talk(Text("setup.nothing") if what == "make" else Text("setup.nothing_undone", {"file": journal.file}), speaks)
    elif dry_run:
        _talk(Text("setup.would" if what == "make" else "setup.would_undo"), speaks)
        if not as_json:
            sys.stdout.write("".join(f"{change.text.say(speaks)}\n" for change in changes))
    elif what == "make":
        _make(changes, journal, machine, speaks, everybody=scope == "system")
    else:
        undo(journal, machine, _telling("undone", speaks))


def _make(changes: Sequence[Change], journal: Journal, machine: Machine, speaks: Language, *, everybody: bool) -> None:
    if everybody and not machine.administrator:
        raise UsageError("setup_needs_administrator")
    apply(changes, journal, machine, _telling("done", speaks))
    _talk(Text("setup.restart"), speaks)


def _browser(settings: Settings) -> Path:
    """The program that the robot would start, found as the launch finds it."""
    from playwright.sync_api import sync_playwright

    if settings.browser.executable is not None:
        return find_browser(settings.browser.executable)
    with sync_playwright() as playwright:
        return find_browser(None, playwright.chromium.executable_path)


def _telling(how: Literal["done", "undone"], speaks: Language) -> Callable[[Change], None]:
    return lambda change: _talk(Text(f"setup.{how}", {"what": change.text}), speaks)


def _talk(text: Text, speaks: Language) -> None:
    sys.stderr.write(text.say(speaks) + "\n")

"""`vss-robot kbhxh`: find the desktop program, and carry its data over into a new version."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

if TYPE_CHECKING:
    from types import TracebackType

    from robot.kbhxh import Crash, Installation, Phase
    from robot.texts import Language, Text

MB = 1_000_000
START_S = 10

app = typer.Typer(no_args_is_help=True, help="Find the KBHXH desktop program, and carry its data over into a new version.")

NewFolder = Annotated[Path, typer.Option("--new", help="Folder of the new KBHXH.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object or list on stdout.")]


@app.command()
def find(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders to look in, besides the usual ones.")] = None,
    *,
    try_start: Annotated[
        bool, typer.Option("--try-start", help="Start each program for 10 s; it may write into its own folder.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the installations of KBHXH, and whether they crash with an unhandled exception."""
    from robot.cli.terminal import print_json
    from robot.kbhxh import ThisSystem, find_installations

    found = find_installations(ThisSystem(), folders or ())
    said = [(one, *_crash(one, try_start=try_start)) for one in found]
    if as_json:
        print_json([_facts(*one) for one in said])
        return
    for one in said:
        _print(*one, started=try_start)
    if not found:
        _say(_text("none"), sys.stderr)


@app.command()
def upgrade(
    new: NewFolder,
    old: Annotated[Path | None, typer.Option("--old", help="Folder of the old KBHXH; it is never changed.")] = None,
    *,
    setup: Annotated[Path | None, typer.Option("--setup", help="The new version's set-up, run silently first.")] = None,
    setup_option: Annotated[
        list[str] | None,
        typer.Option("--setup-option", help="A silent option of the set-up, instead of its kind's own; {new} is the folder."),
    ] = None,
    skip_links: Annotated[bool, typer.Option("--skip-links", help="Leave out links that lead out of Data and Config.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Undo the last upgrade of --new; nothing is deleted.")] = False,
    as_json: Json = False,
) -> None:
    """Copy Data and Config of an old KBHXH into a new one, with sums and a backup; goes on where it broke off."""
    from dataclasses import asdict

    from robot.cli.terminal import print_json
    from robot.errors import UsageError
    from robot.kbhxh import Options, SetUp
    from robot.kbhxh import undo as undo_upgrade
    from robot.kbhxh import upgrade as do_upgrade

    if old is None and not undo:
        raise UsageError("kbhxh_old_needed")
    with _Bar() as bar:
        if old is None or undo:
            result = undo_upgrade(new, progress=bar)
        else:
            chosen = SetUp(setup, tuple(setup_option or ())) if setup else None
            result = do_upgrade(old, new, Options(chosen, skip_links), progress=bar)
    if as_json:
        print_json(asdict(result))
        return
    fills = {"size_mb": round(result.size / MB, 1), "files": result.files, "resumed": result.resumed}
    _say(_text(result.outcome, **fills, aside=result.aside, record=result.record), sys.stderr)
    if result.links_left_out and result.outcome != "undone":
        _say(_text("links", links=", ".join(result.links_left_out)), sys.stderr)


class _Bar:
    """The progress bar: one a phase, on stderr, only where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        from robot.cli.terminal import language

        self._speaks: Language = language()
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._progress.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def begin(self, phase: Phase, size: int) -> None:
        """A bar of its own for the phase; one of unknown length where there is no size."""
        self._progress.stop_task(self._task)
        self._task = self._progress.add_task(_text(f"phase_{phase}").say(self._speaks), total=size or None)

    def tick(self, size: int) -> None:
        """The bar moves."""
        self._progress.advance(self._task, size)


def _crash(one: Installation, *, try_start: bool) -> tuple[Crash | None, str | None]:
    """The installation's crash, seen in the event log or now; why it cannot be started, where it was to be."""
    from robot.kbhxh import ThisSystem, last_crash
    from robot.kbhxh import try_start as start

    if one.program is None:
        return None, None
    if not try_start:
        return last_crash(one.program, ThisSystem()), None
    try:
        return start(one.program, ThisSystem(), START_S), None
    except OSError as wrong:
        return None, wrong.strerror or str(wrong)


def _facts(one: Installation, crash: Crash | None, why: str | None) -> dict[str, Any]:
    from dataclasses import asdict

    from robot.kbhxh import shown

    return {
        "folder": shown(one.folder),
        "program": one.program and shown(one.program),
        "version": one.version,
        "has": list(one.has),
        "crash": crash and asdict(crash),
        "not_startable": why,
    }


def _print(one: Installation, crash: Crash | None, why: str | None, *, started: bool) -> None:
    from robot.clock import shown as moment
    from robot.kbhxh import shown

    program = one.program.name if one.program else "-"
    fills = {"folder": shown(one.folder), "version": one.version or "-", "has": ", ".join(one.has) or "-"}
    _say(_text("found", **fills, program=program), sys.stdout)
    if crash is not None:
        at = moment(crash.at) if crash.at else "-"
        seen = _text(f"seen_{crash.seen}")
        _say(_text("crashed", at=at, exception=crash.exception or "", seen=seen), sys.stdout)
    elif why is not None:
        _say(_text("not_startable", why=why), sys.stdout)
    elif started and one.program is not None:
        _say(_text("starts", seconds=START_S), sys.stdout)


def _text(key: str, **fills: Any) -> Text:
    from robot.texts import Text

    return Text(f"kbhxh.{key}", fills)


def _say(text: Text, stream: Any) -> None:
    from robot.cli.terminal import language

    stream.write(text.say(language()) + "\n")

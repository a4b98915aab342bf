"""`vss-robot replay`: recordings played again, each with how it ended on a line; what was unlike follows."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from robot.cli.terminal import language, print_json
from robot.errors import SettingsError
from robot.texts import Text, say_step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from robot.drive.replay import Playing, Replayed
    from robot.settings import Settings
    from robot.texts import Language

DRIFTED: Final = 15
"""Exit code: a page is not what was recorded; as `vss-robot drift` has it."""
FAILED: Final = 16
"""Exit code: a flow does not go on as it was recorded."""

MOST_JOBS: Final = 4
"""By itself the command plays no more than so many at once: each needs some 400 MB."""


def replay_recordings(
    folders: Sequence[Path],
    *,
    playing: Playing,
    jobs: int | None = None,
    as_json: bool,
    verbose: bool,
    reports: Sequence[tuple[Callable[[Sequence[Replayed], Language], str], Path]],
) -> None:
    """Replay each recording, `jobs` at once, say how it ended, write the reports, and end with the exit code of the worst.

    Raises:
        RecordingFaulty: one is not there, or not what the recorder writes; nothing was played.
        UsageError: the extension, the browser, or a report's file.
    """
    from robot.drive.replay import replay, take_over

    prepare = partial(_log, verbose)
    prepare()
    jobs = jobs or (1 if playing.headed else min(os.cpu_count() or 1, MOST_JOBS))
    speaks = playing.machine.language
    done: list[Replayed] = []
    for replayed in replay(folders, playing, jobs, prepare):
        done.append(replayed)
        if not as_json:
            sys.stderr.writelines(line + "\n" for line in lines_of(replayed, speaks))
        if playing.lenient and replayed.state != "passed" and _agreed(replayed, speaks):
            key = "updated" if take_over(replayed) else "not_updated"
            print(Text(f"replay.{key}", {"recording": replayed.folder}).say(speaks), file=sys.stderr)  # noqa: T201 - talk
    for render, file in reports:
        _write(file, render(done, speaks))
    if as_json:
        print_json([replayed.as_json(speaks) for replayed in done])
    else:
        print(counts_of(done).say(speaks))  # noqa: T201 - the result
    states = {replayed.state for replayed in done}
    sys.exit(FAILED if "failed" in states else DRIFTED if "drifted" in states else 0)


def settings_of(file: Path | None, extension: Path | None) -> Settings:
    """This machine's settings, or where there are none the defaults; the extension over them.

    Raises:
        SettingsError: the file that was named is not there, or wrong.
    """
    from robot.settings import find, load, without_file

    try:
        known = load(find(file))
    except SettingsError as wrong:
        if file is not None or wrong.text.key != "errors.settings_nowhere":
            raise
        known = without_file(language=language())
    if extension is None:
        return known
    return known.model_copy(update={"browser": known.browser.model_copy(update={"extension_dir": extension.absolute()})})


def lines_of(replayed: Replayed, speaks: Language) -> list[str]:
    """The recording's line, its warning, and a line for each deviation."""
    fills = {
        "recording": replayed.folder,
        "seconds": f"{replayed.seconds:.1f}",
        "live": f"{replayed.live_s:.1f}",
        "step": say_step(replayed.step or "", speaks),
    }
    lines = [Text(f"replay.{replayed.state}", fills).say(speaks)]
    if replayed.warning is not None:
        lines.append(f"  {replayed.warning.say(speaks)}")
    return [*lines, *(f"  {say_step(one.step, speaks)}: {one.text.say(speaks)}" for one in replayed.deviations)]


def counts_of(done: Sequence[Replayed]) -> Text:
    """How many of each state."""
    states = [replayed.state for replayed in done]
    return Text("replay.counts", {state: states.count(state) for state in ("passed", "drifted", "failed")})


def _log(verbose: bool) -> None:
    from robot import logs
    from robot.redaction import Redactor

    logs.set_up(Redactor(), None, verbose=verbose)


def _agreed(replayed: Replayed, speaks: Language) -> bool:
    """Whether what was seen is to be expected from now on: asked where somebody sits there, who has seen what is unlike."""
    if not sys.stdin.isatty():
        return True
    sys.stderr.write(Text("replay.update_ask", {"recording": replayed.folder}).say(speaks))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "c", "có"}


def _write(file: Path, text: str) -> None:
    from robot.errors import UsageError

    try:
        file.write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise UsageError("file_unwritable", file=file, why=wrong) from wrong

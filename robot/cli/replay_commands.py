"""Commands about recordings played again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings, Verbose

app = typer.Typer()


@app.command()
def replay(  # noqa: PLR0913 - an operator's options, each by its own name
    recordings: Annotated[list[Path], typer.Argument(help="Recordings: folders that `run --record` has written.")],
    *,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Play on through a drift, and let the recording expect what was seen.")
    ] = False,
    apart: Annotated[
        bool,
        typer.Option("--apart", help="A browser for each recording; a shared one listens on a port of this machine meanwhile."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="So many at once, a browser each; by itself one a processor, at most 4."),
    ] = None,
    extension: Annotated[
        Path | None, typer.Option("--extension", help="Folder of the unpacked extension, over browser.extension_dir.")
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Also write the results as JUnit XML into this file.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the results as a page into this file.")] = None,
    as_json: Json = False,
    settings: Settings = None,
    verbose: Verbose = False,
) -> None:
    """Play recordings again, without portal, token, mail and network; 15 where one drifted, 16 where one failed."""
    from robot.cli.replaying import replay_recordings, settings_of
    from robot.drive.replay import Playing
    from robot.report.replays import as_html, as_junit

    reports = [(render, file) for render, file in ((as_junit, junit), (as_html, html)) if file is not None]
    playing = Playing(settings_of(settings, extension), headed=headed, lenient=update, apart=apart)
    replay_recordings(recordings, playing=playing, jobs=jobs, as_json=as_json, verbose=verbose, reports=reports)

"""Commands about recordings: what is in one, and what has changed at the portal from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer()
one = typer.Typer(no_args_is_help=True, help="What is in a recording.")
app.add_typer(one, name="recording")


@app.command()
def drift(
    old: Annotated[Path, typer.Argument(help="The earlier recording: its folder.")],
    new: Annotated[Path, typer.Argument(help="The later recording of the same flow.")],
    *,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Say what has changed at the portal from one recording of a flow to another; 15 where a flow touches it."""
    from robot.cli.drifting import compare_recordings

    compare_recordings(settings, old, new, as_json=as_json)


@one.callback()
def recording() -> None:
    """What is in a recording."""


@one.command()
def show(
    folder: Annotated[Path, typer.Argument(help="The recording: a folder that `run --record` has written.")],
    *,
    as_json: Json = False,
) -> None:
    """Say what is in a recording, step by step; of one that was edited wrongly every fault, with file and place."""
    from robot.cli.recorded import show_recording

    show_recording(folder, as_json=as_json)

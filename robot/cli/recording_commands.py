"""Commands about recordings beside one another: what has changed at the portal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer()


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

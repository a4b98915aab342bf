"""`vss-robot calibrate`: the portal map against the portal's pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd, Verbose
from robot.errors import UsageError

app = typer.Typer()

HELP = """Walk the portal's pages in a window: each name of the portal map is marked, you confirm it or point at the right one.

Nothing is pressed or filled in, but for the log-in where --org is given. What you correct is written as the office's own map.
With --check nobody need be there: exit code 0, or 15 where something that a flow touches is not as the map says.
"""


@app.command(help=HELP)
def calibrate(  # noqa: PLR0913 - an operator's options, each by its own name
    *,
    org: Annotated[
        str | None, typer.Option("--org", help="Log in as this organisation, for the pages after the log-in too.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look, without a window and without a question.")] = False,
    page: Annotated[list[str] | None, typer.Option("--page", help="Only this page; may be given several times.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; [portal] map when left out.")] = None,
    as_json: Json = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Compare the portal's pages with the portal map (see HELP)."""
    from robot.cli.calibrating import run_calibrate, run_check

    office = (settings, vault_fd, verbose)
    if check:
        if out is not None:
            raise UsageError("out_without_check")
        run_check(org, page or [], as_json=as_json, office=office)
    elif as_json:
        raise UsageError("json_with_check")
    else:
        run_calibrate(org, page or [], out, office)

"""The command that makes a page of a run or a night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Settings, VaultFd

app = typer.Typer()


@app.command()
def report(
    run: Annotated[str | None, typer.Argument(help="The run's id, or `last`.")] = None,
    *,
    night: Annotated[
        str | None,
        typer.Option("--night", help="A night in place of a run: its number, `last`, or the date it began (DD/MM/YYYY)."),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in this machine's own browser.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write it as PDF, printed by the browser of the settings.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; vss-RUN.html or vss-night-NIGHT.html here when left out.")
    ] = None,
    settings: Settings = None,
    vault_fd: VaultFd = None,
) -> None:
    """Make one page of a run or a night, whole by itself: what was done, pictures, chain, remedy, faults, receipts."""
    from robot.cli.report import Wanted, write_report

    write_report(Wanted(run, night, out, pdf=pdf, open_it=open_it), settings, vault_fd)

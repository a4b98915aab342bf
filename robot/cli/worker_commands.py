"""Commands about many machines: this machine's worker, and all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd, Verbose

app = typer.Typer()


@app.command()
def worker(
    *,
    unit: Annotated[bool, typer.Option("--unit", help="Print a systemd unit for it, and start nothing.")] = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Take the work of the tokens plugged in here from the books on a PostgreSQL server, until stopped."""
    from robot.cli.workers import print_unit, work

    if unit:
        print_unit(settings)
        return
    work(settings, vault_fd, verbose=verbose)


@app.command()
def workers(*, as_json: Json = False, settings: Settings = None) -> None:
    """List machines, their tokens, when each was last heard of, and whose dossiers no machine can take."""
    from robot.cli.workers import list_workers

    list_workers(settings, as_json=as_json)

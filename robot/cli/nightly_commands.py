"""`vss-robot nightly`: one night, from the outbox and the queue to the balance."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Settings, VaultFd, Verbose

app = typer.Typer()

HELP = """Send what waits in the outbox and in the queue: one log-in an organisation, many dossiers.

Exit codes of its own: 15 balanced, and some dossiers were refused, held or not started; 16 not balanced: a person must look.
"""


@app.command(help=HELP)
def nightly(  # noqa: PLR0913 - an operator's options, each by its own name
    *,
    org: Annotated[list[str] | None, typer.Option("--org", help="Only this organisation; may be given several times.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many dossiers.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Begin nothing after this time, HH:MM in Vietnam.")] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browsers' windows.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what happens as JSON lines on stdout, as it happens.")] = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Run one night (see HELP)."""
    from robot.cli.nightly import run_nightly

    run_nightly(org or [], limit, until, headed=headed, as_json=as_json, office=(settings, vault_fd, verbose))

"""Commands about looking on: the operator's page in a browser, and figures for monitoring."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings, Verbose

app = typer.Typer()


@app.command()
def serve(
    *,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="Port; as the settings say if left out.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to answer on; 127.0.0.1 unless set otherwise.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in this system's browser.")] = False,
    settings: Settings = None,
    verbose: Verbose = False,
) -> None:
    """Show the night, queue, questions, tokens and deadlines in a browser; the address on stdout opens it."""
    from robot.cli.serve import serve_page

    serve_page(settings, host, port, opens=open_, verbose=verbose)


@app.command()
def metrics(*, as_json: Json = False, settings: Settings = None) -> None:
    """Print figures for monitoring: runs, queue, held dossiers, certificates' days left, the last night."""
    from robot.cli.metrics import print_metrics

    print_metrics(settings, as_json=as_json)

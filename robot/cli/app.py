"""The top of the command line; further commands are loaded when they are asked for, and what one does when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.on_demand import OnDemand
from robot.cli.options import Json, Settings, VaultFd, Verbose

EXIT_CODES = """Exit codes: 0 done. 1 the robot itself failed. 2 wrong command, setting or file, nothing was started.
10 refused by the portal. 11 the chain to the token is broken, or the form is absent. 12 portal unavailable.
13 outcome unknown, held. 14 waiting for mail or a person. 15 the portal is not what was recorded. 16 a replay failed.
130 cancelled."""

app = typer.Typer(
    name="vss-robot",
    cls=OnDemand,
    help="File staff changes with Vietnam Social Security, and say why when the signing form does not appear.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Options before the command."""
    if version:
        from robot import __version__

        typer.echo(f"vss-robot {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(help="Folder to write robot.toml into; this one when left out.")] = None,
    *,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print it instead of writing a file.")] = False,
) -> None:
    """Write a commented robot.toml with every setting."""
    from robot.cli.sample import write_sample

    write_sample(folder, stdout=stdout)


@app.command()
def flows(*, as_json: Json = False) -> None:
    """List the flows that can be run."""
    from robot.cli.running import list_flows

    list_flows(as_json=as_json)


@app.command()
def run(  # noqa: PLR0913 - an operator's options, each by its own name
    flow: Annotated[str, typer.Argument(help="The flow's name; `vss-robot flows` lists them.")],
    org: Annotated[str, typer.Option("--org", help="The organisation, by its key in the settings.")],
    *,
    dossier: Annotated[Path | None, typer.Option("--dossier", help="The dossier's file (BHXHDienTu.xml).")] = None,
    round_number: Annotated[
        int | None, typer.Option("--round", min=1, max=99, help="The dossier's round (đợt) in its period; 1 when left out.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME=VALUE",
            help="A parameter of an office's own flow, never a secret; may be given several times.",
        ),
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="DIR", help="Write a recording of the run into this new folder, for a replay."),
    ] = None,
    as_json: Json = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Run a flow; the exit code tells its outcome."""
    from robot.cli.running import Asked, run_command

    asked = Asked(flow, org, dossier, round_number, record, tuple(given or ()), headed=headed)
    run_command(asked, as_json=as_json, office=(settings, vault_fd, verbose))

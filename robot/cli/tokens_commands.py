"""`vss-robot tokens …`: commands about tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer(invoke_without_command=True, help="List the tokens that are plugged in, or clear one that is stopped.")


@app.callback()
def tokens(
    context: typer.Context,
    *,
    driver: Annotated[
        str | None, typer.Option("--driver", help="PKCS#11 driver: a file, a brand or a URI; settings or this machine's.")
    ] = None,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List the tokens that are plugged in: whose they are, how long they are valid, the state of their PIN."""
    if context.invoked_subcommand is None:
        from robot.cli.tokens import print_tokens

        print_tokens(settings, driver, as_json=as_json)


@app.command("clear")
def tokens_clear(serial: Annotated[str, typer.Argument(help="The token's serial.")], *, settings: Settings = None) -> None:
    """Allow log-ins to a token again that a wrong PIN has stopped; correct the PIN in the vault first."""
    from robot.cli.signing import clear_token

    clear_token(settings, serial)

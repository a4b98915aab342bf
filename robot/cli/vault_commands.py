"""`vss-robot vault …`: commands about secrets."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd

app = typer.Typer(no_args_is_help=True, help="Keep secrets: in the system's keyring, or in an encrypted file.")


@app.command("set")
def vault_set(
    name: Annotated[str, typer.Argument(help="The secret's name, such as mail/hoa-binh.")],
    *,
    from_fd: Annotated[int | None, typer.Option("--from-fd", help="File descriptor to read the secret from.")] = None,
    settings: Settings = None,
    vault_fd: VaultFd = None,
) -> None:
    """Store a secret; it is asked for at the prompt, or read from a file descriptor."""
    from robot.cli.secrets import set_secret

    set_secret(settings, vault_fd, name, from_fd)


@app.command("account")
def vault_account(
    organisation: Annotated[str, typer.Argument(help="The organisation's key in the settings.")],
    *,
    user: Annotated[str | None, typer.Option("--user", help="The user name; without it the organisation's tax code.")] = None,
    from_fd: Annotated[int | None, typer.Option("--from-fd", help="File descriptor to read the password from.")] = None,
    settings: Settings = None,
    vault_fd: VaultFd = None,
) -> None:
    """Store the account that an organisation has at the portal already; its password is asked for at the prompt."""
    from robot.cli.secrets import set_account

    set_account(settings, vault_fd, organisation, user, from_fd)


@app.command("list")
def vault_list(*, as_json: Json = False, settings: Settings = None, vault_fd: VaultFd = None) -> None:
    """List the names of the secrets, never the secrets."""
    from robot.cli.secrets import list_secrets

    list_secrets(settings, vault_fd, as_json=as_json)


@app.command("forget")
def vault_forget(
    name: Annotated[str, typer.Argument(help="The secret's name.")], *, settings: Settings = None, vault_fd: VaultFd = None
) -> None:
    """Delete a secret."""
    from robot.cli.secrets import forget_secret

    forget_secret(settings, vault_fd, name)

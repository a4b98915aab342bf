"""All commands with their options; what each does is imported when it is called, so that --help answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli import kbhxh

EXIT_CODES = """Exit codes: 0 done. 1 the robot itself failed. 2 wrong command, setting or file, nothing was started.
10 refused by the portal. 11 the chain to the token is broken, or the form is absent. 12 portal unavailable.
13 outcome unknown, held. 14 waiting for mail or a person. 130 cancelled."""

app = typer.Typer(
    name="vss-robot",
    help="File staff changes with Vietnam Social Security, and say why when the signing form does not appear.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
vault_app = typer.Typer(no_args_is_help=True, help="Keep secrets: in the system's keyring, or in an encrypted file.")
app.add_typer(vault_app, name="vault")
tokens_app = typer.Typer(invoke_without_command=True, help="List the tokens that are plugged in, or clear one that is stopped.")
app.add_typer(tokens_app, name="tokens")
app.add_typer(kbhxh.app, name="kbhxh")

Settings = Annotated[
    Path | None,
    typer.Option("--settings", envvar="VSS_ROBOT_SETTINGS", help="The settings file; robot.toml here when left out."),
]
VaultFd = Annotated[
    int | None,
    typer.Option("--vault-fd", envvar="VSS_ROBOT_VAULT_FD", help="File descriptor to read the vault's pass phrase from."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object or list on stdout.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print the log on stderr as well.")]


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
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    as_json: Json = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Run a flow; the exit code tells its outcome."""
    from robot.cli.running import run_command

    run_command(flow, org, dossier, round_number, headed=headed, as_json=as_json, office=(settings, vault_fd, verbose))


@app.command()
def doctor(
    *,
    org: Annotated[str | None, typer.Option("--org", help="The organisation's desk; this machine alone when left out.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply the safe remedies, each shown first, and look again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: consent to what installs a program.")] = False,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Look along the chain from the portal to the token, link by link, without a flow; 0 in order, 11 broken."""
    from robot.cli.doctor import run_doctor

    run_doctor(settings, org, fix=fix, yes=yes, headed=headed, as_json=as_json)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Dossiers: BHXHDienTu.xml, a zip of it, or single forms.")],
    *,
    org: Annotated[str | None, typer.Option("--org", help="The organisation that they must belong to.")] = None,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Check dossiers before they are uploaded: forms, rows, fields, signatures. Exit code 2 where one has an error."""
    from robot.cli.checking import check_files

    check_files(files, org, settings, as_json=as_json)


@app.command()
def verdicts(
    *,
    org: Annotated[str | None, typer.Option("--org", help="Only this organisation.")] = None,
    as_json: Json = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Look into the mailboxes for the portal's verdicts on dossiers it has taken, and book them."""
    from robot.cli.verdicts import print_verdicts

    print_verdicts(org, as_json=as_json, office=(settings, vault_fd, verbose))


@app.command()
def resubmit(
    file: Annotated[Path, typer.Argument(help="The corrected dossier (BHXHDienTu.xml).")],
    run: Annotated[str, typer.Option("--for", help="The run whose dossier the portal has refused.")],
    *,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    as_json: Json = False,
    settings: Settings = None,
    vault_fd: VaultFd = None,
    verbose: Verbose = False,
) -> None:
    """Upload a corrected dossier in place of a refused one: what changed is shown, and it is checked again."""
    from robot.cli.verdicts import resubmit_file

    resubmit_file(file, run, headed=headed, as_json=as_json, office=(settings, vault_fd, verbose))


@app.command()
def runs(
    *,
    org: Annotated[str | None, typer.Option("--org", help="Only this organisation.")] = None,
    flow: Annotated[str | None, typer.Option("--flow", help="Only this flow.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Only this outcome, such as done or form_absent.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest first.")] = 20,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List the runs in the books, the newest first."""
    from robot.cli.books import list_runs

    list_runs(settings, org, flow, outcome, limit, as_json=as_json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id, or `last`.")], *, as_json: Json = False, settings: Settings = None
) -> None:
    """Show one run, its steps and what it left."""
    from robot.cli.books import show_run

    show_run(settings, run, as_json=as_json)


@app.command()
def bundle(
    run: Annotated[str, typer.Argument(help="The run's id, or `last`.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="The zip file to write; vss-RUN.zip here when left out.")] = None,
    settings: Settings = None,
    vault_fd: VaultFd = None,
) -> None:
    """Pack a run for a help desk: one zip, a page in words first, secrets and persons' numbers covered."""
    from robot.cli.bundle import write_bundle

    write_bundle(settings, vault_fd, run, out)


@app.command()
def transcript(
    run: Annotated[str, typer.Argument(help="The run's id, or `last`.")], *, as_json: Json = False, settings: Settings = None
) -> None:
    """Show what browser and native host said to one another in a run, values left out, and how the host ended."""
    from robot.cli.transcript import show_transcript

    show_transcript(settings, run, as_json=as_json)


@app.command()
def signatures(
    run: Annotated[str, typer.Option("--run", help="The run's id, or `last`.")] = "last",
    *,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List the signatures that were made in a run: when, for which page, with which certificate, over what."""
    from robot.cli.signing import list_signatures

    list_signatures(settings, run, as_json=as_json)


@tokens_app.command("clear")
def tokens_clear(serial: Annotated[str, typer.Argument(help="The token's serial.")], *, settings: Settings = None) -> None:
    """Allow log-ins to a token again that a wrong PIN has stopped; correct the PIN in the vault first."""
    from robot.cli.signing import clear_token

    clear_token(settings, serial)


@app.command()
def setup(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be changed, and change nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was set up; the machine is as before.")] = False,
    system: Annotated[bool, typer.Option("--system", help="For everybody on this machine; needs an administrator.")] = False,
    user: Annotated[bool, typer.Option("--user", help="For this user only.")] = False,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Set up this machine without clicking: the extension by policy, the VSS library, its native host."""
    from robot.cli.setup import set_up

    set_up(settings, "undo" if undo else "make", system=system, user=user, dry_run=dry_run, as_json=as_json)


@vault_app.command("set")
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


@vault_app.command("list")
def vault_list(*, as_json: Json = False, settings: Settings = None, vault_fd: VaultFd = None) -> None:
    """List the names of the secrets, never the secrets."""
    from robot.cli.secrets import list_secrets

    list_secrets(settings, vault_fd, as_json=as_json)


@vault_app.command("forget")
def vault_forget(
    name: Annotated[str, typer.Argument(help="The secret's name.")], *, settings: Settings = None, vault_fd: VaultFd = None
) -> None:
    """Delete a secret."""
    from robot.cli.secrets import forget_secret

    forget_secret(settings, vault_fd, name)


@tokens_app.callback()
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

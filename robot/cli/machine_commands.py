"""Commands about this machine: its set-up, and the chain from the page to the token looked along."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd

app = typer.Typer()


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


@app.command()
def notices(*, settings: Settings = None, vault_fd: VaultFd = None) -> None:
    """Send a trial message to everybody whom the settings name for notices. Exit code 2 where one does not get it."""
    from robot.cli.notices import send_trial

    send_trial(settings, vault_fd)

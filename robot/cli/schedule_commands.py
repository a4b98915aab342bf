"""Commands about the timer that starts the nights."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer(
    help="The timer that starts a night by itself: systemd on Linux, the Task Scheduler on Windows.", no_args_is_help=True
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be written and run, and change nothing.")]


@app.command()
def install(*, dry_run: DryRun = False, as_json: Json = False, settings: Settings = None) -> None:
    """Install the timer as the settings' [schedule] says, over an older one."""
    from robot.cli.scheduling import change

    change(settings, "install", dry_run=dry_run, as_json=as_json)


@app.command()
def show(*, as_json: Json = False, settings: Settings = None) -> None:
    """Show whether the timer is installed as the settings say, and when it is due. Exit code 2 where it is not."""
    from robot.cli.scheduling import show_timer

    show_timer(settings, as_json=as_json)


@app.command()
def remove(*, dry_run: DryRun = False, as_json: Json = False, settings: Settings = None) -> None:
    """Remove the timer; a night that is running goes on."""
    from robot.cli.scheduling import change

    change(settings, "remove", dry_run=dry_run, as_json=as_json)

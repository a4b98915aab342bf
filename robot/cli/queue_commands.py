"""Commands about dossiers on their way: put into the queue, listed, held, released, tried again, amended, given up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer(help="Dossiers that wait to be sent, or are on their way.", no_args_is_help=True)
Items = Annotated[list[int], typer.Argument(help="Numbers of dossiers, as `queue list` shows them.", min=1)]
Org = Annotated[str | None, typer.Option("--org", help="Only this organisation.")]


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Dossiers (BHXHDienTu.xml, or a zip of one).")],
    org: Annotated[str, typer.Option("--org", help="The organisation, by its key in the settings.")],
    *,
    round_number: Annotated[int, typer.Option("--round", min=1, max=99, help="The round (đợt) of these dossiers.")] = 1,
    priority: Annotated[int, typer.Option("--priority", min=-100, max=100, help="Higher ones are sent first.")] = 0,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Check dossiers and put them into the queue; exit code 2 where one of them is not taken."""
    from robot.cli.queueing import add_files

    add_files(settings, files, org, round_number, priority, as_json=as_json)


@app.command("list")
def list_(
    *,
    org: Org = None,
    state: Annotated[list[str] | None, typer.Option("--state", help="Only this state, such as planned or held.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are done, refused or cancelled.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List dossiers in the order in which they are sent."""
    from robot.cli.queueing import list_items

    list_items(settings, org, state or [], limit, everything=everything, as_json=as_json)


@app.command()
def show(
    item: Annotated[int, typer.Argument(help="The dossier's number.")], *, as_json: Json = False, settings: Settings = None
) -> None:
    """Show a dossier, the way it came, and what it waits for."""
    from robot.cli.queueing import show_item

    show_item(settings, item, as_json=as_json)


@app.command()
def hold(
    items: Items,
    *,
    why: Annotated[str, typer.Option("--why", help="What the person who releases them should know.")] = "",
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Keep dossiers back until they are released."""
    from robot.cli.queueing import care

    care(settings, "hold", items, why=why, as_json=as_json)


@app.command()
def release(items: Items, *, as_json: Json = False, settings: Settings = None) -> None:
    """Plan held dossiers again that were never sent."""
    from robot.cli.queueing import care

    care(settings, "release", items, as_json=as_json)


@app.command()
def retry(items: Items, *, as_json: Json = False, settings: Settings = None) -> None:
    """Take up dossiers now that wait for later, or once more those that the portal's page refused."""
    from robot.cli.queueing import care

    care(settings, "retry", items, as_json=as_json)


@app.command()
def cancel(items: Items, *, as_json: Json = False, settings: Settings = None) -> None:
    """Give dossiers up that were not sent."""
    from robot.cli.queueing import care

    care(settings, "cancel", items, as_json=as_json)


@app.command()
def amend(
    item: Annotated[int, typer.Argument(help="The number of the dossier whose place is taken.")],
    file: Annotated[Path, typer.Argument(help="The dossier that takes it: the same unit, procedure, period and round.")],
    *,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Put another file of the same matter in a dossier's place, also where the portal has taken that one."""
    from robot.cli.queueing import amend_item

    amend_item(settings, item, file, as_json=as_json)

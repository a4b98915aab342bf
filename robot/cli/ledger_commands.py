"""Commands about the books themselves: looked over, copied, written out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings

app = typer.Typer(no_args_is_help=True, help="The books: check, copy, export.")


@app.command("check")
def check_books(*, as_json: Json = False, settings: Settings = None) -> None:
    """Prove that the books hold together: moves, sendings, proofs, owners, questions, signatures, nights; 1 where they do not."""
    from robot.cli.ledger import check_ledger

    check_ledger(settings, as_json=as_json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")], *, settings: Settings = None
) -> None:
    """Copy the books into a file while others go on writing."""
    from robot.cli.ledger import backup_ledger

    backup_ledger(settings, file)


@app.command()
def export(
    *,
    since: Annotated[str | None, typer.Option("--since", help="Only rows from this day on (YYYY-MM-DD, Vietnam's).")] = None,
    settings: Settings = None,
) -> None:
    """Print the books as JSON lines, without names, addresses, file names, or words of persons, mails and portal."""
    from robot.cli.ledger import export_ledger

    export_ledger(settings, since)

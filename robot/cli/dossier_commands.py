"""Commands about dossiers: checked before the upload, judged and corrected after it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd, Verbose

app = typer.Typer()


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

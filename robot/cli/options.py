"""Options that several commands share, and how they are said."""

from pathlib import Path
from typing import Annotated

import typer

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

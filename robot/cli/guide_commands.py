"""The command that shows the guides."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.cli.options import Json
from robot.texts import Language

app = typer.Typer()


@app.command()
def guide(
    name: Annotated[str | None, typer.Argument(help="The guide's name; all of them are listed when left out.")] = None,
    *,
    language: Annotated[Language | None, typer.Option("--language", help="vi or en; as the settings say when left out.")] = None,
    as_json: Json = False,
) -> None:
    """Show a guide: the operator's handbook, what each finding means, QA, flows of one's own, security, reference."""
    from robot.cli.guide import show_guide

    show_guide(name, language, as_json=as_json)

"""Commands about runs: listed, shown, packed, overheard, counted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.cli.options import Json, Settings, VaultFd

app = typer.Typer()


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
def nights(
    night: Annotated[
        str | None, typer.Argument(help="A night's number, or `last`: its report; all of them when left out.")
    ] = None,
    *,
    junit: Annotated[Path | None, typer.Option("--junit", help="Also write the report as JUnit XML into this file.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many nights, the newest first.")] = 20,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List the nights, or report one: counts, what was refused and held and why, where the time went."""
    from robot.cli.nights import list_nights, show_night

    if night is None:
        list_nights(settings, limit, as_json=as_json)
    else:
        show_night(settings, night, junit, as_json=as_json)


@app.command()
def questions(
    *,
    org: Annotated[str | None, typer.Option("--org", help="Only this organisation.")] = None,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """List what waits for a person: captchas with their pictures, held dossiers with the answers that are taken."""
    from robot.cli.questions import list_questions

    list_questions(settings, org, as_json=as_json)


@app.command()
def answer(
    question: Annotated[int, typer.Argument(help="The question's number.")],
    text: Annotated[list[str], typer.Argument(help="The answer; of a held dossier: sent NUMBER, absent, retry or cancel.")],
    *,
    as_json: Json = False,
    settings: Settings = None,
) -> None:
    """Answer a question: the run that waits for it goes on, or the held dossier does."""
    from robot.cli.questions import answer_question

    answer_question(settings, question, " ".join(text), as_json=as_json)


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

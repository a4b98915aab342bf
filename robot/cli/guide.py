"""`vss-robot guide`: the list of guides, or one of them; laid out on a terminal, as it is written into a file or a pipe."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from robot.cli.terminal import language, print_json
from robot.errors import UsageError
from robot.guides import languages_of, on_shelf, read
from robot.guides.shelf import BETWEEN
from robot.texts import Text

if TYPE_CHECKING:
    from rich.console import Console

    from robot.guides import Guide
    from robot.texts import Language

WIDEST: Final = 110  # longer lines are hard to read


def show_guide(name: str | None, speaks: Language | None, *, as_json: bool) -> None:
    """Print a guide, or the names of all.

    Raises:
        NameUnknown: there is none of this name.
    """
    wanted = speaks or _spoken()
    if name is None:
        _list(on_shelf(wanted), wanted, as_json=as_json)
        return
    guide = read(name, wanted)
    if as_json:
        print_json({"guide": guide.name, "language": guide.language, "title": guide.title, "text": guide.text})
        return
    if guide.language != wanted:
        sys.stderr.write(Text("labels.guide_other", {"name": name}).say(wanted) + "\n")
    if sys.stdout.isatty():
        from rich.console import Console

        lay_out(guide, Console(highlight=False))
    else:
        sys.stdout.write(guide.text)


def _list(guides: list[Guide], wanted: Language, *, as_json: bool) -> None:
    if as_json:
        print_json([{"guide": one.name, "title": one.title, "languages": languages_of(one.name)} for one in guides])
        return
    for one in guides:
        sys.stdout.write(f"{one.name:<10} {one.title} ({', '.join(languages_of(one.name))})\n")
    sys.stderr.write(Text("labels.guide_how").say(wanted) + "\n")


def _spoken() -> Language:
    """What the settings say, where there are any that can be read; a guide is there before they are."""
    from robot.settings import find, load

    with suppress(UsageError):
        return load(find(None)).language
    return language()


def lay_out(guide: Guide, console: Console) -> None:
    """Write a guide as a terminal shows it; a link to another guide as the command that opens it."""
    from rich.markdown import Markdown

    text = BETWEEN.sub(lambda link: f"{link['said']} (`vss-robot guide {link['name']}`)", guide.text)
    console.print(Markdown(text, hyperlinks=False), width=min(console.width, WIDEST))

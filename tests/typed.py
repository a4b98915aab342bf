"""Commands as documents write them, held against the command line as it is: each command there, each option one of its own."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any

from typer.main import get_command

from robot.cli.app import app

SPAN = re.compile(r"`(vss-robot [^`]+)`")
FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^\s*(?:[$>] )?(vss-robot .+)$", re.MULTILINE)
ENDS = {"|", "<", ">", ">>", "&&", ";", "…", "..."}


def typed(text: str) -> Iterator[str]:
    """Every command of ours that a document writes as code, in a line or in a block; help texts are the code's own."""
    without = re.sub(r"<!-- begin help.*?<!-- end help", "", text, flags=re.DOTALL)
    for fence in FENCE.finditer(without):
        if fence["kind"] in {"console", "text", "", "powershell"}:
            for line in LINE.findall(fence["text"]):
                yield from (part.strip() for part in line.split(";") if part.strip().startswith("vss-robot"))
    yield from SPAN.findall(FENCE.sub("", without))


def wrong(command: str) -> str:
    """What is wrong with a command; nothing where it could be typed, but for the values of what stands in capitals."""
    words = shlex.split(command.replace("[", "").replace("]", ""), comments=True)[1:]
    group, path = _commands(), []
    while words and hasattr(group, "commands") and not words[0].startswith("-"):
        if words[0] not in group.commands:
            return "" if words[0] in ENDS else f"no command {' '.join([*path, words[0]])}"
        path.append(words.pop(0))
        group = group.commands[path[-1]]
    return _wrong_after(group, " ".join(path), words)


@cache
def _commands() -> Any:
    return get_command(app)


def _wrong_after(command: Any, name: str, words: list[str]) -> str:
    takes = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = {opt: parameter for parameter in command.params if parameter not in takes for opt in parameter.opts}
    most = sum(parameter.nargs if parameter.nargs > 0 else 99 for parameter in takes)
    given = 0
    while words and words[0] not in ENDS:
        word, sign, _ = words.pop(0).partition("=")
        if not word.startswith("-"):
            given += 1
        elif word not in {*options, "--help"}:
            return f"no option {word} of {name}"
        elif word in options and not options[word].is_flag and not sign:
            if not words:
                return f"{word} of {name} needs a value"
            words.pop(0)
    return f"too much after {name}" if given > most else ""

"""Which guides there are, and their text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from robot.errors import NameUnknown
from robot.texts import LANGUAGES

if TYPE_CHECKING:
    from robot.texts import Language

NAMES: Final = ("handbook", "findings", "qa", "flows", "security", "reference")
"""In the order in which they are listed; a guide need not be there in every language."""
MARKS: Final = re.compile(r"^<!-- (?:begin|end) [^>]+ -->\n", re.MULTILINE)
BETWEEN: Final = re.compile(r"\[(?P<said>[^\]]+)\]\((?P<name>[a-z]+)\.md(?P<place>#[^)]*)?\)")
"""A link from one guide to another, as Markdown writes it: `[what is protected](security.md)`."""


@dataclass(frozen=True)
class Guide:
    """One guide in one language: its name as people type it, and its Markdown without the marks of generated parts."""

    name: str
    language: Language
    text: str

    @property
    def title(self) -> str:
        """What its first line says."""
        return self.text.partition("\n")[0].removeprefix("# ").strip()

    @property
    def body(self) -> str:
        """All below that line."""
        return self.text.partition("\n")[2]


def on_shelf(language: Language) -> list[Guide]:
    """Every guide, in this language where there is one, else in the other."""
    return [read(name, language) for name in NAMES]


def languages_of(name: str) -> tuple[Language, ...]:
    """The languages in which there is a guide of this name."""
    return tuple(language for language in LANGUAGES if _written(name, language) is not None)


def read(name: str, language: Language) -> Guide:
    """The guide of this name, in this language where there is one, else in the other.

    Raises:
        NameUnknown: there is none.
    """
    if name in NAMES:
        for speaks in (language, *LANGUAGES):
            text = _written(name, speaks)
            if text is not None:
                return Guide(name, speaks, text)
    raise NameUnknown("guide_unknown", name=name, known=", ".join(NAMES))


@cache
def _written(name: str, language: Language) -> str | None:
    try:
        written = files(__package__).joinpath(language, f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return MARKS.sub("", written)

"""The catalogue: every sentence a person may read, in Vietnamese and in English.

A sentence is found by a dotted key (`errors.flow_unknown`) in `vi.toml` or `en.toml`; both files hold the same keys with
the same placeholders (a test compares them). Steps of a flow are written in English in the flow itself, and `vi.toml`
alone holds their Vietnamese form under `[steps]`: a step that is not there is shown as the flow wrote it, so that an
office's own flow needs no change here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@dataclass(frozen=True)
class Text:
    """A sentence by key with what fills its placeholders; said in a language only when a person is there to read it."""

    key: str
    fills: dict[str, Any] = field(default_factory=dict)

    def say(self, language: Language = "vi") -> str:
        """The sentence in `language`."""
        return say(self.key, language, **self.fills)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All sentences of a language, by dotted key."""
    nested = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": sentence for table, rows in nested.items() for key, sentence in rows.items()}


def say(key: str, language: Language, /, **fills: Any) -> str:
    """The sentence of `key`, its placeholders filled; a `Text` among the fills is said in the same language.

    Raises:
        KeyError: the catalogue has no such key (a fault of ours; a test walks all keys the code names).
    """
    said = {name: fill.say(language) if isinstance(fill, Text) else fill for name, fill in fills.items()}
    return catalogue(language)[key].format(**said)


def say_step(name: str, language: Language) -> str:
    """A step's name as a person reads it; one without a translation is shown as its flow wrote it."""
    return name if language == "en" else catalogue(language).get(f"steps.{name}", name)

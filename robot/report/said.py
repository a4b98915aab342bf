"""A sentence in both languages at once: a page for a help desk is read in either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from robot.texts import Text, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Said:
    """The same sentence in Vietnamese and in English."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: Text) -> Self:
        """A sentence of the catalogue."""
        return cls(text.say("vi"), text.say("en"))

    @classmethod
    def same(cls, text: str) -> Self:
        """What has no language: a number, or somebody else's words."""
        return cls(text, text)

    @classmethod
    def pair(cls, said: Mapping[str, Any], name: str) -> Self:
        """The value of `name` in what was written once a language: `{"vi": {…}, "en": {…}}`."""
        return cls(str(said["vi"].get(name, "")), str(said["en"].get(name, "")))


def word(key: str, otherwise: str) -> Said:
    """A word of the catalogue's [report]; what it does not know is shown as it is."""
    return Said.of(Text(f"report.{key}")) if f"report.{key}" in catalogue("en") else Said.same(otherwise)

"""Why a dossier was moved from one state to another: kept in English for programs, and in each language for people."""

from __future__ import annotations

from collections.abc import Mapping

from robot.texts import LANGUAGES, Text

Why = str | Text | Mapping[str, str] | None
"""A sentence of the catalogue, one that is by language already, somebody else's words, or nothing."""


def by_language(why: Why) -> dict[str, str] | None:
    """The reason in every language; None where it is somebody else's words, which have one, or nothing."""
    if isinstance(why, Text):
        return {language: why.say(language) for language in LANGUAGES}
    return dict(why) if isinstance(why, Mapping) else None


def in_english(why: Why) -> str | None:
    """The reason for a program or a log."""
    told = by_language(why)
    return told["en"] if told is not None else why if isinstance(why, str) else None

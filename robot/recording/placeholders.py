"""Placeholders: what stands in a recording where a secret or a personal value stood.

`{KIND:name}`, where the kind says whose it is: `SECRET` passwords, codes, captchas' answers; `ORG` what the settings say of the
organisation; `PERSON` what a dossier says of people; `TOKEN` certificate, signatures, hashes, nonces of the signing protocol;
`FILE` digest and name of what is uploaded; `DAY` a day (dd/MM/yyyy) counted from the day of the run, `{DAY:0}`. The same value is
the same placeholder everywhere in one recording, however an address, JSON or HTML writes it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from robot.redaction import forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

KINDS: Final = ("SECRET", "ORG", "PERSON", "TOKEN", "FILE", "DAY")
PLACEHOLDER: Final = re.compile(rf"\{{(?:{'|'.join(KINDS)}):[A-Za-z0-9_.-]+\}}")
DOSSIER: Final = "{FILE:dossier}"  # stands in an upload for the file's whole content
DAY: Final = re.compile(r"\{DAY:(-?[0-9]+)\}")
DAY_FORMAT: Final = "%d/%m/%Y"
DAYS_AROUND: Final = 60  # a day further from the run's is left as it is: no form of the portal counts from today so far
SHORT: Final = 6  # a shorter value counts only where it stands alone, or it would be found within other words
_SEPARATED: Final = 5  # digits from which on a number is also written with points
_NUMBER_ALONE: Final = 14  # a longer row of digits is found within another only where it is meant


class Register:
    """The values of one run and their placeholders; a value of less than two letters is never replaced."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}  # by value
        self._forms: dict[str, str] = {}  # the placeholder, by each way to write the value
        self._shapes: dict[str, str] = {}

    @classmethod
    def of(cls, values: Mapping[str, str], today: date | None = None) -> Register:
        """The register of a replay: each placeholder with its made-up value."""
        register = cls()
        for placeholder, value in values.items():
            if not DAY.fullmatch(placeholder):
                register.put(placeholder, value)
        if today is not None:
            register.add_days(today)
        return register

    def add(self, kind: str, name: str, value: str, shape: Callable[[str], str]) -> str:
        """The placeholder of a value: the one it has already, else `{kind:name}` (`name.2` where another value has that name)."""
        value = unicodedata.normalize("NFC", value)
        known = self._placeholders.get(value)
        if known is not None or not value.strip():
            return known or ""
        number, placeholder = 1, f"{{{kind}:{name}}}"
        while placeholder in self._shapes:
            number += 1
            placeholder = f"{{{kind}:{name}.{number}}}"
        self._shapes[placeholder] = shape(value)
        self.put(placeholder, value)
        return placeholder

    def put(self, placeholder: str, value: str) -> None:
        """From now on this value, however it is written, is that placeholder."""
        self._placeholders.setdefault(unicodedata.normalize("NFC", value), placeholder)
        for written in ways(value):
            if len(written) > 1:
                self._forms.setdefault(written, placeholder)

    def add_days(self, today: date) -> None:
        """From now on the days around this one are counted from it."""
        for distance in range(-DAYS_AROUND, DAYS_AROUND + 1):
            placeholder = f"{{DAY:{distance}}}"
            self._shapes[placeholder] = "day"
            self.put(placeholder, (today + timedelta(days=distance)).strftime(DAY_FORMAT))

    def placeholder(self, value: str) -> str | None:
        """The placeholder of a value; None where it has none."""
        return self._placeholders.get(unicodedata.normalize("NFC", value))

    def describe(self, placeholder: str, shape: str) -> None:
        """A placeholder that stands for no text, such as a whole file."""
        self._shapes[placeholder] = shape

    def shape(self, placeholder: str) -> str:
        """Of what shape the value of a placeholder of this register was."""
        return self._shapes[placeholder]

    def values(self, *kinds: str) -> dict[str, str]:
        """The values of these kinds (of all but `DAY` where none is named) with their placeholders."""
        wanted = kinds or KINDS[:-1]
        return {value: each for value, each in self._placeholders.items() if each[1:].partition(":")[0] in wanted}

    def holds(self, text: str) -> bool:
        """Whether a text holds a value of the register."""
        return self.hide(text) != text

    def hide(self, text: str) -> str:
        """The text with placeholders, the longest values first; what is replaced once is not looked at again."""
        return self._hiding(text)(text)

    def hide_data(self, data: Any) -> Any:
        """The same for each text in what JSON holds, keys included."""
        hiding = self._hiding("\n".join(_texts(data)))
        return _mapped(data, hiding)

    def _hiding(self, sample: str) -> Callable[[str], str]:
        """Hides the values that are found in the sample: few of a register's many, and looking for each is quick."""
        found = sorted((written for written in self._forms if written in sample), key=len, reverse=True)
        if not found:
            return lambda text: text
        pattern = re.compile("|".join(_alone(written) for written in found))
        return lambda text: pattern.sub(lambda match: self._forms[match.group()], text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with values where placeholders of theirs stand; any other placeholder stays."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(), match.group()), text)


def placeholders_in(text: str) -> set[str]:
    """Every placeholder in a text."""
    return set(PLACEHOLDER.findall(text))


def ways(value: str) -> set[str]:
    """How a value stands in pages, addresses, JSON and mails: composed and decomposed, in capitals, a number with its points."""
    composed = unicodedata.normalize("NFC", value)
    written = {composed, unicodedata.normalize("NFD", composed)}
    if not composed.isascii():
        written.add(composed.upper())
    if composed.isdecimal() and len(composed) >= _SEPARATED and not composed.startswith("0"):
        written |= {f"{int(composed):,}", f"{int(composed):,}".replace(",", ".")}
    return {way for each in written for way in forms(each)}


def _alone(written: str) -> str:
    """A pattern of the written value that does not find it within another word or number, where it is short."""
    pattern = re.escape(written)
    if len(written) < SHORT:
        return rf"(?<![^\W_]){pattern}(?![^\W_])"
    if written[0].isdecimal() and written[-1].isdecimal() and len(written) < _NUMBER_ALONE:
        return rf"(?<![0-9]){pattern}(?![0-9])"
    return pattern


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


def _mapped(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {change(str(key)): _mapped(value, change) for key, value in data.items()}
    return [_mapped(value, change) for value in data] if isinstance(data, list) else data

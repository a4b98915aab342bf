"""Made-up values in place of placeholders: of the same shape, valid where a page checks them, always the same for the same name.

Shapes, as `recording.json` has them beside each placeholder:

    digits 10        so many digits               tax code 10      with its check digit; 14: of a branch, 0123456789-001
    phone 10         digits, the first one 0      email 22         so many letters, under `.example` (RFC 2606)
    secret 12        letters and digits           text 24 31       so many letters, so many bytes in UTF-8
    hex 64           lower case; `HEX` upper      base64 344       so many letters of it
    like AA0000A     a capital, a digit… each     day              counted from today
    name files/N     the name of this file        sha256 files/N   the digest of this file
    content files/N  the whole file, which no text holds
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from robot.identifiers import tax_digits
from robot.recording.placeholders import DAY, DAY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

_LOWER: Final = "aeiouhnmtlgc"
_TWO_BYTES, _THREE_BYTES = "ăâêôơưđ", "ạảấầẩậắằặẻẽếềểệịọốồộớờợụứừự"
_ALNUM: Final = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)  # of a tax code's first nine digits, modulo 11
_TAX_DIGITS: Final = 10
_BRANCHES: Final = {13: "001", 14: "-001"}  # what follows the ten digits, by the length of all
_NOBODYS: Final = "99"  # no tax office hands out codes that begin so
_DOMAINS: Final = ("thu.example", "t.example")
_WORD: Final = 6
_MOST: Final = 1000  # tries for a value that no other placeholder has
SHAPE: Final = re.compile(
    r"(?P<what>digits|phone|tax code|email|secret|hex|HEX|base64) (?P<size>[1-9][0-9]*)"
    r"|text (?P<letters>[1-9][0-9]*) (?P<bytes>[0-9]+)|like (?P<like>.+)"
    r"|(?P<of>name|sha256|content) (?P<file>files/[^/]+)|(?P<day>day)"
)


def made_up(placeholder: str, shape: str, salt: int = 0) -> str:
    """The value for a placeholder whose shape names no file and no day; another one for another `salt`.

    Raises:
        ValueError: no such shape.
    """
    found = SHAPE.fullmatch(shape)
    chance = _chance(f"{placeholder} {salt}" if salt else placeholder)
    if found is None or found["file"] or found["day"]:
        raise ValueError(shape)
    if found["like"]:
        return "".join(_like(letter, chance) for letter in found["like"])
    if found["letters"]:
        return _text(int(found["letters"]), int(found["bytes"]), chance)
    return _MAKERS[found["what"]](int(found["size"]), chance)


def made_up_values(placeholders: Mapping[str, str], folder: Path, today: date) -> dict[str, str]:
    """A value for each placeholder that stands in texts of a recording, no two alike.

    Digests and names are those of the recording's own files.

    Raises:
        ValueError: no such shape.
        OSError: a file is not there.
    """
    values: dict[str, str] = {}
    taken: set[str] = set()
    for placeholder, shape in placeholders.items():
        found, day = SHAPE.fullmatch(shape), DAY.fullmatch(placeholder)
        if found is None:
            raise ValueError(shape)
        if day:
            values[placeholder] = (today + timedelta(days=int(day[1]))).strftime(DAY_FORMAT)
        elif found["of"] == "name":
            values[placeholder] = PurePosixPath(found["file"]).name
        elif found["of"] == "content":
            continue
        elif found["of"]:
            values[placeholder] = hashlib.sha256((folder / found["file"]).read_bytes()).hexdigest()
        else:
            candidates = (made_up(placeholder, shape, salt) for salt in range(_MOST))
            value = next((each for each in candidates if each not in taken), made_up(placeholder, shape))
            taken.add(value)
            values[placeholder] = value
    return values


def shape_of(value: str) -> str:
    """The shape of a value of which nothing else is known."""
    if value.isdecimal() and value.isascii():
        return f"digits {len(value)}"
    return f"text {len(value)} {len(value.encode())}"


def secret_shape(value: str) -> str:
    """The shape of a secret: nothing but its length."""
    return f"secret {len(value)}"


def like(value: str) -> str:
    """The shape of a code: which of its characters are capitals, small letters, digits; signs stay."""
    kinds = ((str.isdecimal, "0"), (str.isupper, "A"), (str.isalpha, "a"))
    return "like " + "".join(next((sign for is_kind, sign in kinds if is_kind(letter)), letter) for letter in value)


def sized(what: str) -> Callable[[str], str]:
    """Gives the shape of this name with the length of a value: `sized("hex")`."""
    return lambda value: f"{what} {len(value)}"


def _chance(seed: str) -> Iterator[int]:
    """Numbers without an end, the same ones for the same seed."""
    block = 0
    while True:
        yield from hashlib.sha256(f"{seed}#{block}".encode()).digest()
        block += 1


def _of(letters: str, size: int, chance: Iterator[int]) -> str:
    return "".join(letters[next(chance) % len(letters)] for _ in range(size))


def _like(letter: str, chance: Iterator[int]) -> str:
    choices = {"0": "0123456789", "A": "ABCDEFGHKLMNPRSTUVXY", "a": _LOWER}.get(letter)
    return _of(choices, 1, chance) if choices else letter


def _tax_code(size: int, chance: Iterator[int]) -> str:
    while True:
        first = _NOBODYS + _of("0123456789", len(_WEIGHTS) - len(_NOBODYS), chance)
        check = 10 - sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11
        if check < _TAX_DIGITS:  # a code whose check would need two digits is not handed out
            return f"{first}{check}{_BRANCHES.get(size, '')}"


def _email(size: int, chance: Iterator[int]) -> str:
    domain = next((each for each in _DOMAINS if len(each) + 2 < size), _DOMAINS[-1])
    return f"{_of(_LOWER, max(size - len(domain) - 1, 1), chance)}@{domain}"


def _text(size: int, in_bytes: int, chance: Iterator[int]) -> str:
    """Words of the wanted length in letters and in bytes, as far as letters of one to three bytes can make it."""
    three, two = divmod(max(in_bytes - size, 0), 2)
    letters = [*(_of(_THREE_BYTES, 1, chance) for _ in range(three)), *(_of(_TWO_BYTES, 1, chance) for _ in range(two))]
    letters = letters[:size]
    plain = size - len(letters)
    gaps = min(plain, max(size // _WORD - 1, 0))
    letters += list(_of(_LOWER, plain - gaps, chance))
    mixed = sorted(letters, key=lambda _: next(chance))
    for gap in range(gaps):
        mixed.insert((gap + 1) * len(letters) // (gaps + 1) + gap, " ")
    return "".join(mixed).capitalize() if mixed and mixed[0].isascii() else "".join(mixed)


_MAKERS: Final[dict[str, Callable[[int, Iterator[int]], str]]] = {
    "digits": lambda size, chance: _of("123456789", 1, chance) + _of("0123456789", size - 1, chance),
    "phone": lambda size, chance: "0" + _of("0123456789", size - 1, chance),
    "tax code": _tax_code,
    "email": _email,
    "secret": lambda size, chance: _of(_ALNUM, size, chance),
    "hex": lambda size, chance: _of("0123456789abcdef", size, chance),
    "HEX": lambda size, chance: _of("0123456789ABCDEF", size, chance),
    "base64": lambda size, chance: _of(_BASE64, size, chance),
}


def written_as(value: str, original: str) -> str:
    """A made-up tax code without its hyphen, where the original was written without one."""
    return tax_digits(value) if original.isdecimal() else value

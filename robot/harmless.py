"""Foreign text before a person: what would move, hide or turn around the letters beside it is shown as a sign of its own.

A page's escaping keeps markup from being markup. It does not keep a right-to-left mark from turning a file's name around
(`cod‹U+202E›fdp.exe`), nor a control character from being dropped, so that two different names look the same. On a terminal a
name could clear the screen, write over the line before it, or change the window's title.
"""

from __future__ import annotations

import unicodedata
from typing import Final, TypeVar

_PICTURES: Final = 0x2400  # Unicode's own pictures of the C0 controls begin here
_CONTROLS: Final = 0x20
_DELETE: Final = 0x7F
_DELETE_PICTURE: Final = 0x2421
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_BROKEN: Final = frozenset({"Cs", "Cn"})  # half a pair cannot be written as UTF-8; the rest is no character

Letters = TypeVar("Letters", bound=str)


class _Table(dict[int, str]):
    """For `str.translate`: each letter is looked at once."""

    def __missing__(self, code: int) -> str:
        self[code] = shown = _shown(code)
        return shown


def _shown(code: int) -> str:
    letter = chr(code)
    kind = unicodedata.category(letter)
    if letter in "\t\n\r" or kind not in _UNSEEN | _BROKEN:
        return letter
    if code < _CONTROLS:
        return chr(_PICTURES + code)
    if code == _DELETE:
        return chr(_DELETE_PICTURE)
    return "�" if kind in _BROKEN else f"‹U+{code:04X}›"


class _Escapes(_Table):
    """The same for what stands in JSON: there each of these letters has a way to be written that is the letter itself."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        pair = letter.encode("utf-16-be", "surrogatepass").hex()
        escaped = "".join(f"\\u{pair[place : place + 4]}" for place in range(0, len(pair), 4))
        self[code] = shown = letter if _shown(code) == letter else escaped
        return shown


_TABLE: Final = _Table()
_ESCAPES: Final = _Escapes()


def harmless(value: Letters) -> Letters:
    """`value` with signs in place of control and format characters; escaped markup stays escaped."""
    return value if value.isascii() and value.isprintable() else type(value)(value.translate(_TABLE))


def on_terminal(text: str) -> str:
    """Text for a terminal: lines end with a line feed, and nothing goes back to a line's beginning."""
    return harmless(text.replace("\r\n", "\n")).replace("\r", "␍")


def in_json(text: str) -> str:
    """JSON that says the same to a program, and holds no control or format character as itself."""
    return text if text.isascii() and chr(_DELETE) not in text else text.translate(_ESCAPES)

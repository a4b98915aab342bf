"""Foreign text on a page: what would move, hide or turn around the letters beside it is shown as a sign of its own.

A page's escaping keeps markup from being markup. It does not keep a right-to-left mark from turning a file's name around
(`cod‹U+202E›fdp.exe`), nor a control character from being dropped, so that two different names look the same.
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


_TABLE: Final = _Table()


def harmless(value: Letters) -> Letters:
    """`value` with signs in place of control and format characters; escaped markup stays escaped."""
    return value if value.isascii() and value.isprintable() else type(value)(value.translate(_TABLE))

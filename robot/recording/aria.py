"""A page's aria snapshot as elements: role, name, states and what each says, in the order in which the page has them.

The form is Playwright's (`Locator.aria_snapshot`): a line an element, `- role "name" [state]: text`, indented by two spaces a
level; a line whose key begins with `/` is a property of the element above it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"^(?P<indent> *)- (?P<rest>.*)$")
_KEY = re.compile(r'^(?P<role>[a-z]+)(?: (?P<name>"(?:[^"\\]|\\.)*"|/.*/))?(?P<states>(?: \[[^\]]*\])*)$')
_STATE = re.compile(r"\[([^\]]*)\]")
_PASSING: Final = ("active", "ref=", "cursor=", "box=")  # where the focus and the pointer are says nothing of the page
_INDENT: Final = 2
_KNOWN: Final = 4096  # lines read already: the pages of one portal have most of theirs in common, step after step


@dataclass(frozen=True)
class Element:
    """One element of a page: `says` is its text, or the value of a field; `within` the named elements around it, from outside."""

    role: str
    name: str = ""
    says: str = ""
    states: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict, hash=False)


def elements(snapshot: str) -> tuple[Element, ...]:
    """The elements of a snapshot; a line that is none is left out."""
    return tuple(_elements(snapshot))


def _elements(snapshot: str) -> Iterator[Element]:
    around: list[tuple[int, str]] = []
    made: Element | None = None
    for line in snapshot.splitlines():
        found = _read(line)
        if found is None:
            continue
        depth, key, says = found
        if key.startswith("/"):
            if made is not None:
                made.properties[key[1:]] = says
            continue
        if made is not None:
            yield made
        while around and around[-1][0] >= depth:
            around.pop()
        made = _element(key, says, tuple(name for _, name in around))
        if made is not None and made.name:
            around.append((depth, f"{made.role} {made.name}"))
    if made is not None:
        yield made


@lru_cache(_KNOWN)
def _read(line: str) -> tuple[int, str, str] | None:
    """How deep a line stands, its key, and what it says."""
    found = _LINE.match(line)
    return (len(found["indent"]) // _INDENT, *_parted(found["rest"])) if found is not None else None


def _element(key: str, says: str, within: tuple[str, ...]) -> Element | None:
    known = _known(key)
    return Element(known[0], known[1], says, known[2], within) if known is not None else None


@lru_cache(_KNOWN)
def _known(key: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Role, name and states."""
    found = _KEY.match(key)
    if found is None:
        return None
    states = tuple(state for state in _STATE.findall(found["states"]) if not state.startswith(_PASSING))
    return found["role"], _unquoted(found["name"] or ""), states


def _parted(rest: str) -> tuple[str, str]:
    """Key and value of a line; the key may stand in single quotes, the value in double ones, as YAML has them."""
    if rest.startswith("'"):
        end = re.match(r"'(?:[^']|'')*'", rest)
        key, rest = (rest[1 : end.end() - 1].replace("''", "'"), rest[end.end() :]) if end else (rest, "")
        return key, _unquoted(rest.removeprefix(":").strip())
    quoted = re.match(r'[^:"]*(?:"(?:[^"\\]|\\.)*"[^:"]*)*', rest)
    end_of_key = quoted.end() if quoted else len(rest)
    return rest[:end_of_key].strip(), _unquoted(rest[end_of_key:].removeprefix(":").strip())


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", text), strict=False))
        except ValueError:
            return text[1:-1]
    return text

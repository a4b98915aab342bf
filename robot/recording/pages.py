"""Two looks at one page compared by its aria snapshots: what is gone, new, renamed, of another kind, elsewhere, said otherwise.

What a field holds is no change, and numbers within a text are none either: dates, times and numbers of dossiers differ in any two
runs. Placeholders count as one another for the same reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from robot.recording.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from robot.recording.aria import Element
    from robot.recording.change import Kind

FIELDS: Final = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "listbox", "checkbox", "radio", "switch", "slider"})
PRESSED: Final = frozenset({"button", "link", "menuitem", "tab", "treeitem", "option"})
WORKED: Final = FIELDS | PRESSED
_ALIKE: Final = 0.6  # two names more alike than this are one name, changed
_KNOWN: Final = 4096  # texts: a page has most of them at the end of each step
_VARYING = re.compile(r"\{[A-Z]+:[^{}]*\}|[0-9]+(?:[.,:/ -][0-9]+)*")


@lru_cache(_KNOWN)
def plain(text: str) -> str:
    """A text without what differs in any two runs: numbers, dates, placeholders; NFC, with single spaces."""
    return _VARYING.sub("#", " ".join(unicodedata.normalize("NFC", text).split()))


def page_changes(step: str, was: Sequence[Element], now: Sequence[Element]) -> Iterator[Change]:
    """What is different on the page at the end of a step; `name` of a change is the element's role and name."""
    old, new = [one for one in was if _says_something(one)], [one for one in now if _says_something(one)]
    lost, found, pairs = _left(old, new)
    for one in _take_both(lost, found):
        yield _change("reordered", step, one)
    for one, other in _paired(lost, found, pairs):
        if one.role == other.role:
            yield _change("renamed" if one.name or other.name else "text", step, one, _called(one), _called(other))
        else:
            yield _change("retyped", step, one, one.role, other.role)
    for one in lost:
        yield _change("gone", step, one)
    for one in found:
        yield _change("new", step, one)
    yield from _states(step, old, new)


def key(one: Element) -> tuple[str, str]:
    """What an element is known by: role and name, or for what has no name what it says."""
    return one.role, plain(_called(one))


def label(one: Element) -> str:
    """The element as a report names it: `textbox "Mã số thuế"`, or the text itself in quotes."""
    called = _called(one)
    return f'{one.role} "{called}"' if called else one.role


def _called(one: Element) -> str:
    return one.name or ("" if one.role in FIELDS else one.says)


def _says_something(one: Element) -> bool:
    """An unnamed list or banner is layout; an unnamed field or button is not."""
    return bool(_called(one)) or one.role in WORKED


def _change(kind: Kind, step: str, one: Element, was: str = "", now: str = "") -> Change:
    return Change(kind, step, label(one), was, now)


def _left(
    old: Sequence[Element], new: Sequence[Element]
) -> tuple[list[Element], list[Element], list[tuple[list[Element], list[Element]]]]:
    """What stands on one side only, all of it and by the places at which one came for the other."""
    lost: list[Element] = []
    found: list[Element] = []
    places: list[tuple[list[Element], list[Element]]] = []
    matcher = SequenceMatcher(None, [key(one) for one in old], [key(one) for one in new], autojunk=False)
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        lost += old[begin:end]
        found += new[new_begin:new_end]
        if tag == "replace":
            places.append((list(old[begin:end]), list(new[new_begin:new_end])))
    return lost, found, places


def _take_both(lost: list[Element], found: list[Element]) -> list[Element]:
    """What stands on both sides, at another place; it is taken out of both."""
    both = Counter(map(key, lost)) & Counter(map(key, found))
    taken = [_take(lost, name) for name in both.elements()]
    for name in both.elements():
        _take(found, name)
    return taken


def _take(elements: list[Element], name: tuple[str, str]) -> Element:
    return elements.pop(next(place for place, one in enumerate(elements) if key(one) == name))


def _paired(
    lost: list[Element], found: list[Element], places: Iterable[tuple[list[Element], list[Element]]]
) -> Iterator[tuple[Element, Element]]:
    """Each element with what it has become; taken out of both sides."""
    for one in [*lost]:
        other = _same_name(one, found) or _at_its_place(one, lost, found, places) or _like(one, found)
        if other is not None:
            lost.remove(one)
            found.remove(other)
            yield one, other


def _same_name(one: Element, found: Iterable[Element]) -> Element | None:
    """A field or button of the same name and another kind."""
    if one.role not in WORKED or not one.name:
        return None
    return next((other for other in found if other.role in WORKED and plain(other.name) == plain(one.name)), None)


def _at_its_place(
    one: Element, lost: Sequence[Element], found: Sequence[Element], places: Iterable[tuple[list[Element], list[Element]]]
) -> Element | None:
    """The only one of its role that came where it stood, if it was the only one that went there."""
    for gone, come in places:
        if one not in gone:
            continue
        went = [each for each in gone if each.role == one.role and each in lost]
        came = [each for each in come if each.role == one.role and each in found]
        if len(went) == len(came):
            return came[went.index(one)]
    return None


def _like(one: Element, found: Iterable[Element]) -> Element | None:
    """The one of its role whose name is most alike, where any is."""
    alike = [(_ratio(one, other), place, other) for place, other in enumerate(found) if other.role == one.role]
    best = max(alike, key=lambda each: (each[0], -each[1]), default=None)
    return best[2] if best is not None and best[0] >= _ALIKE else None


def _ratio(one: Element, other: Element) -> float:
    return SequenceMatcher(None, plain(_called(one)), plain(_called(other)), autojunk=False).ratio()


def _states(step: str, old: Iterable[Element], new: Iterable[Element]) -> Iterator[Change]:
    """Fields and buttons that are on both sides once, and are disabled, checked or open on one only."""
    before, after = (_once(side) for side in (old, new))
    for name, one in before.items():
        other = after.get(name)
        if other is not None and set(one.states) != set(other.states):
            yield _change("state", step, one, ", ".join(one.states), ", ".join(other.states))


def _once(elements: Iterable[Element]) -> dict[tuple[str, str], Element]:
    known = [one for one in elements if one.role in WORKED]
    counted = Counter(map(key, known))
    return {key(one): one for one in known if counted[key(one)] == 1}

"""What pages and portal say to one another, as shapes: each address with the keys asked and told, their types, and the statuses.

Values are left out: they differ in any two runs. A part of a path that is a number or an identifier is `#`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from robot.recording.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from robot.recording.change import Kind, Severity
    from robot.recording.exchanges import Exchange, Posted

_BARE_PLACEHOLDER: Final = re.compile(r'(?<![\w"}])\{[A-Z]+:[^{}"]*\}(?!")')  # stands where JSON has a number
_VARYING: Final = re.compile(r"\{[A-Z]+:[^{}]*\}|(?<=[.-])[0-9a-f]{6,}(?=\.)|[0-9]+")
_SCRIPT: Final = ("javascript", "ecmascript")
_TYPES: Final = {dict: "object", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}
Keys = dict[str, set[str]]


@dataclass
class Shape:
    """What all calls of one method and path have in common; keys by path (`fields.Email`, `rows[].number`) with their types."""

    method: str
    path: str
    steps: list[str] = field(default_factory=list)
    statuses: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    asks: Keys = field(default_factory=dict)
    tells: Keys = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """As a report names it: `POST /api/dang-ky`."""
        return f"{self.method} {self.path}"

    @property
    def talks(self) -> bool:
        """Whether the page and the portal speak of the matter here: a call with data, not a picture or a script."""
        return self.method != "GET" or "application/json" in self.kinds

    @property
    def is_page(self) -> bool:
        """Whether a person sees it."""
        return "text/html" in self.kinds

    @property
    def is_script(self) -> bool:
        """Whether it is the page's own program."""
        return any(word in kind for kind in self.kinds for word in _SCRIPT)


def shapes(exchanges: Iterable[Exchange], steps: Sequence[str]) -> dict[str, Shape]:
    """The exchanges by method and path, in the order in which each was first made; `steps` are the names of the steps."""
    known: dict[str, Shape] = {}
    for exchange in exchanges:
        parts = urlsplit(exchange.url)
        path = _VARYING.sub("#", parts.path)
        shape = known.setdefault(f"{exchange.method} {path}", Shape(exchange.method, path))
        shape.steps.append(steps[exchange.step] if exchange.step >= 0 else "")
        shape.statuses.add(str(exchange.status))
        shape.kinds.add(exchange.mime.partition(";")[0].strip())
        for name, _ in parse_qsl(parts.query, keep_blank_values=True):
            shape.asks.setdefault(f"?{name}", {"text"})
        _merge(shape.asks, _asked(exchange.posted))
        if "json" in exchange.mime:
            _merge(shape.tells, _json_keys(exchange.body.decode("utf-8", "replace")))
        if shape.is_script:
            shape.digests.add(hashlib.sha256(exchange.body).hexdigest())
    return known


def call_changes(was: Mapping[str, Shape], now: Mapping[str, Shape]) -> Iterator[Change]:
    """What pages and portal say otherwise; an address that one side does not have is told once."""
    for name, old in was.items():
        new = now.get(name)
        if new is None:
            yield Change("call_gone", old.steps[0], name, severity=_weight(old))
            continue
        yield from _differences(old, new)
    for name, new in now.items():
        if name not in was:
            yield Change("call_new", new.steps[0], name, severity="look" if new.talks or new.is_page else "note")


def _differences(old: Shape, new: Shape) -> Iterator[Change]:
    step, name, weight = old.steps[0], old.name, _weight(old)
    if old.steps[0] != new.steps[0]:
        yield Change("call_moved", step, name, old.steps[0], new.steps[0], "look" if old.talks else "note")
    if not old.statuses & new.statuses:
        yield Change("status", step, name, _list(old.statuses), _list(new.statuses), weight)
    if not old.kinds & new.kinds:
        yield Change("answer_type", step, name, _list(old.kinds), _list(new.kinds), weight)
    if old.digests and new.digests and old.digests != new.digests:
        yield Change("content", step, name, severity="look")
    yield from _key_changes(step, name, old.asks, new.asks, ("asks_gone", "asks_new", "asks_type"), weight, weight)
    yield from _key_changes(step, name, old.tells, new.tells, ("tells_gone", "tells_new", "tells_type"), weight, "note")


def _key_changes(
    step: str,
    name: str,
    was: Mapping[str, set[str]],
    now: Mapping[str, set[str]],
    kinds: tuple[Kind, Kind, Kind],
    weight: Severity,
    weight_new: Severity,
) -> Iterator[Change]:
    gone, new, retyped = kinds
    for key in was:
        if key not in now:
            yield Change(gone, step, name, was=key, severity=weight)
        elif not was[key] & now[key]:
            yield Change(retyped, step, name, f"{key}: {_list(was[key])}", f"{key}: {_list(now[key])}", weight)
    for key in now:
        if key not in was:
            yield Change(new, step, name, now=key, severity=weight_new)


def _weight(shape: Shape) -> Severity:
    if shape.method != "GET":
        return "breaks"
    return "look" if shape.talks or shape.is_page else "note"


def _asked(posted: Posted | None) -> Keys:
    if posted is None:
        return {}
    if posted.parts:
        return {part.name: {"file" if part.file_name is not None else "text"} for part in posted.parts}
    if "urlencoded" in posted.mime:
        return {name: {"text"} for name, _ in parse_qsl(posted.text, keep_blank_values=True)}
    return _json_keys(posted.text)


def _json_keys(text: str) -> Keys:
    try:
        value = json.loads(_BARE_PLACEHOLDER.sub("0", text))
    except ValueError:
        return {}
    keys: Keys = {}
    _walk(value, "", keys)
    return keys


def _walk(value: Any, name: str, keys: Keys) -> None:
    if name:
        keys.setdefault(name, set()).add(_TYPES.get(type(value), "nothing"))
    if isinstance(value, dict):
        for key, one in value.items():
            _walk(one, f"{name}.{key}" if name else key, keys)
    elif isinstance(value, list):
        for one in value:
            _walk(one, f"{name}[]", keys)


def _merge(keys: Keys, more: Keys) -> None:
    for name, types in more.items():
        keys.setdefault(name, set()).update(types)


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))

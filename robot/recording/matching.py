"""What a request of a replay is answered with: each recorded exchange once, in order of its endpoint; otherwise a miss.

A part of a page (script, style sheet, picture) may be asked for as often as the page likes, and so may what it was recorded to
ask again and again: then the last answer is given once more. What must happen exactly as often as it did are pages and calls.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from robot.recording.exchanges import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from robot.recording.binding import Binding
    from robot.recording.exchanges import Exchange, Posted

_NEAREST: Final = 3
_PICTURE: Final = "image"
_CALLS: Final = ("fetch", "xhr")
_LONGEST: Final = 80


@dataclass(frozen=True)
class Asked:
    """A request of the replay."""

    method: str
    url: str
    posted: Posted | None = None

    @property
    def endpoint(self) -> str:
        """As `Exchange.endpoint`."""
        return f"{self.method} {urlsplit(self.url).path}"


@dataclass(frozen=True)
class Difference:
    """What a request has otherwise than a recorded one: where, and both values with placeholders; empty where there is none."""

    place: str
    was: str
    now: str


@dataclass(frozen=True)
class Near:
    """A recorded exchange that a request is like; `used`: it was asked for before."""

    exchange: Exchange
    used: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Miss:
    """A request that nothing recorded answers; the nearest exchanges first."""

    asked: Asked
    nearest: tuple[Near, ...]


class Matching:
    """The exchanges of a recording in one replay."""

    def __init__(self, exchanges: Sequence[Exchange], binding: Binding) -> None:
        self._exchanges = exchanges
        self._binding = binding
        self._urls = [binding.fill(exchange.url) for exchange in exchanges]
        self._used: set[int] = set()
        self.asked = 0
        """How many requests there were so far."""
        polled = Counter((exchange.endpoint, exchange.url) for exchange in exchanges if exchange.kind in _CALLS)
        self._polled = {endpoint for (endpoint, _), times in polled.items() if times > 1 and endpoint.startswith("GET ")}

    def answer(self, asked: Asked) -> Exchange | Miss:
        """The exchange that answers the request, which is used now; or a miss."""
        self.asked += 1
        again: int | None = None
        for number, exchange in enumerate(self._exchanges):
            if exchange.method != asked.method or _place(self._urls[number]) != _place(asked.url):
                continue
            fits = not any(self._differences(number, asked))
            if number in self._used:
                again = number if fits else again
            elif fits:
                self._used.add(number)
                return exchange
            elif asked.method != "GET":
                break  # out of order
        if again is not None and self._repeats(self._exchanges[again]):
            return self._exchanges[again]
        return Miss(asked, self._nearest(asked))

    def made(self) -> list[Exchange]:
        """The calls that were recorded and made: what the page has sent, in their order."""
        return [self._exchanges[number] for number in sorted(self._used) if self._exchanges[number].method != "GET"]

    def left(self) -> list[Exchange]:
        """The calls that were recorded and not made; a page or picture that is not asked for once more says nothing."""
        return [exchange for exchange in self._unused() if exchange.method != "GET"]

    def due(self, step: int) -> Exchange | None:
        """The next page or call that was made by the end of this step and has not been asked for."""
        return next((exchange for exchange in self._unused() if exchange.step <= step), None)

    def _unused(self) -> Iterator[Exchange]:
        for number, exchange in enumerate(self._exchanges):
            if number not in self._used and not exchange.static and exchange.kind != _PICTURE:
                yield exchange

    def _repeats(self, exchange: Exchange) -> bool:
        return exchange.static or exchange.endpoint in self._polled or (exchange.method == "GET" and exchange.kind == _PICTURE)

    def _nearest(self, asked: Asked) -> tuple[Near, ...]:
        def near(number: int) -> tuple[bool, float, bool, int]:
            exchange = self._exchanges[number]
            same_method = exchange.method == asked.method
            alike = SequenceMatcher(None, _place(self._urls[number]), _place(asked.url), autojunk=False).ratio()
            return same_method, alike, number not in self._used, -number

        talking = [number for number, exchange in enumerate(self._exchanges) if not exchange.static]
        found = sorted(talking, key=near, reverse=True)[:_NEAREST]
        return tuple(
            Near(self._exchanges[number], number in self._used, tuple(self._differences(number, asked))) for number in found
        )

    def _differences(self, number: int, asked: Asked) -> Iterator[Difference]:
        exchange, place = self._exchanges[number], _place(self._urls[number])
        if exchange.method != asked.method:
            yield Difference("method", exchange.method, asked.method)
        if place != _place(asked.url):
            yield Difference("address", self._binding.hide(place), self._binding.hide(_place(asked.url)))
        yield from self._compared(_flat(_query(exchange.url), "?"), _flat(_query(asked.url), "?"))
        yield from self._compared(_flat(fields_of(exchange.posted), ""), _flat(fields_of(asked.posted), ""))

    def _compared(self, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
        for place in {**was, **now}:
            old, new = was.get(place), now.get(place)
            if old is None or new is None or not self._binding.same(old, new):
                yield Difference(place, _short(old or ""), _short(self._binding.shown(old or "", new or "")))


def _place(url: str) -> str:
    """Host and path: what exchanges of one endpoint have in common, beside their method."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _flat(value: Any, name: str) -> dict[str, str]:
    """Each value of what was sent by its place, such as `fields.Email` or `rows.0.number`."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        joined = name if name in {"", "?"} else f"{name}."
        found: dict[str, str] = {}
        for key, one in inner:
            found |= _flat(one, f"{joined}{key}")
        return found or {name: f"{type(value).__name__} without anything"}
    return {name: value if isinstance(value, str) else f"{type(value).__name__} {value}"}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

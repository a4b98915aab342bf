"""`exchanges.har`: HAR 1.2 for any HAR viewer, with a page for each step; what a viewer does not know begins with `_`."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from robot.recording.exchanges import Exchange, Part, Posted
from robot.recording.har_model import (
    UNKNOWN,
    Answered,
    Asked,
    Content,
    Entry,
    Har,
    Log,
    Named,
    Page,
    PageTimings,
    Pair,
    Param,
    PostData,
    Timings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

BETWEEN: Final = "between"  # the page of what was asked before the first step


def write(exchanges: Iterable[Exchange], steps: Sequence[tuple[str, float]], begun: datetime, versions: Mapping[str, str]) -> str:
    """The file's text; `steps` are names and begins in seconds from `begun` (UTC)."""
    entries = [_entry(exchange, begun) for exchange in exchanges]
    pages = [
        Page(started=begun + timedelta(seconds=after_s), id=_page(number), title=name, timings=PageTimings())
        for number, (name, after_s) in enumerate(steps)
    ]
    if any(entry.page == BETWEEN for entry in entries):
        pages.insert(0, Page(started=begun, id=BETWEEN, title="", timings=PageTimings()))
    log = Log(
        version="1.2",
        creator=Named(name="vss-robot", version=versions.get("robot", "?")),
        browser=Named(name="Chrome", version=versions.get("browser", "?")),
        pages=tuple(pages),
        entries=tuple(entries),
    )
    return Har(log=log).model_dump_json(by_alias=True, exclude_none=True, indent=1) + "\n"


def read(text: str, begun: datetime) -> list[Exchange]:
    """The exchanges of a file, in order; `begun` is the run's begin.

    Raises:
        pydantic.ValidationError: with the place of each fault.
    """
    log = Har.model_validate_json(text).log
    steps = {page.id: number for number, page in enumerate(page for page in log.pages if page.id != BETWEEN)}
    return [_exchange(entry, steps.get(entry.page, -1), begun) for entry in log.entries]


def _page(step: int) -> str:
    return f"step-{step + 1:02d}" if step >= 0 else BETWEEN


def _entry(exchange: Exchange, begun: datetime) -> Entry:
    milliseconds = round(exchange.seconds * 1000, 1)
    headers = dict(exchange.headers)
    body = exchange.body
    text = exchange.is_text
    posted = exchange.posted
    return Entry(
        page=_page(exchange.step),
        started=begun + timedelta(seconds=exchange.after_s),
        time=milliseconds,
        request=Asked(
            method=exchange.method,
            url=exchange.url,
            version="HTTP/1.1",
            headers=_pairs(exchange.request_headers),
            query=_pairs(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)),
            post_data=_post_data(posted) if posted is not None else None,
            headers_size=UNKNOWN,
            body_size=UNKNOWN,
        ),
        response=Answered(
            status=exchange.status,
            reason=exchange.reason,
            version="HTTP/1.1",
            headers=_pairs(exchange.headers),
            content=Content(
                size=len(body),
                mime=exchange.mime,
                text=body.decode() if text else b64encode(body).decode(),
                encoding=None if text or not body else "base64",
            ),
            redirect=headers.get("location", ""),
            headers_size=UNKNOWN,
            body_size=UNKNOWN,
        ),
        timings=Timings(wait=milliseconds),
        kind=exchange.kind,
        failure=exchange.failure,
    )


def _post_data(posted: Posted) -> PostData:
    params = tuple(
        Param(name=part.name, value=part.value, file_name=part.file_name, content_type=part.mime or None) for part in posted.parts
    )
    return PostData(mime=posted.mime, params=params, text=posted.text)


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[Pair, ...]:
    return tuple(Pair(name=name, value=value) for name, value in pairs)


def _exchange(entry: Entry, step: int, begun: datetime) -> Exchange:
    asked, answered, sent = entry.request, entry.response, entry.request.post_data
    posted = None
    if sent is not None:
        parts = tuple(Part(each.name, each.value, each.file_name, each.content_type or "") for each in sent.params)
        posted = Posted(sent.mime, sent.text, parts)
    return Exchange(
        step=step,
        after_s=round((entry.started - begun).total_seconds(), 3),
        seconds=round(entry.time / 1000, 6),
        kind=entry.kind,
        method=asked.method,
        url=asked.url,
        status=answered.status,
        request_headers=tuple((pair.name, pair.value) for pair in asked.headers),
        posted=posted,
        reason=answered.reason,
        headers=tuple((pair.name, pair.value) for pair in answered.headers),
        body=answered.content.body,
        failure=entry.failure,
    )

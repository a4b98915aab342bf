"""`exchanges.har`: HAR 1.2 for any HAR viewer, with a page for each step; what a viewer does not know begins with `_`.

Read strictly: what the recorder does not write is a fault, with the place where it stands.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from robot.recording.exchanges import Exchange, Part, Posted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNKNOWN: Final = -1  # HAR's own word for what was not measured
BETWEEN: Final = "between"  # the page of what was asked before the first step
Moment = Annotated[datetime, PlainSerializer(lambda moment: moment.isoformat(timespec="microseconds"))]


class Written(BaseModel):
    """A part of a HAR as the recorder writes it: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Named(Written):
    """A name with its version, or with its value."""

    name: str
    version: str


class Pair(Written):
    """A header, or a part of a query."""

    name: str
    value: str


class Param(Written):
    """A part of an upload."""

    name: str
    value: str
    file_name: str | None = Field(None, alias="fileName")
    content_type: str | None = Field(None, alias="contentType")


class PostData(Written):
    """What was sent with a request."""

    mime: str = Field(alias="mimeType")
    params: tuple[Param, ...] = ()
    text: str = ""


class Asked(Written):
    """A request."""

    method: str
    url: str
    version: str = Field(alias="httpVersion")
    cookies: tuple[()] = ()
    headers: tuple[Pair, ...]
    query: tuple[Pair, ...] = Field(alias="queryString")
    post_data: PostData | None = Field(None, alias="postData")
    headers_size: int = Field(alias="headersSize")
    body_size: int = Field(alias="bodySize")


class Content(Written):
    """The body of an answer."""

    size: int
    mime: str = Field(alias="mimeType")
    text: str = ""
    encoding: Literal["base64"] | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Content:
        if self.encoding:
            try:
                b64decode(self.text, validate=True)
            except NotBase64 as wrong:
                message = f"text is not base64: {wrong}"
                raise ValueError(message) from wrong
        return self

    @property
    def body(self) -> bytes:
        """The bytes."""
        return b64decode(self.text) if self.encoding else self.text.encode()


class Answered(Written):
    """An answer; status 0 where there was none."""

    status: int = Field(ge=0, le=599)
    reason: str = Field(alias="statusText")
    version: str = Field(alias="httpVersion")
    cookies: tuple[()] = ()
    headers: tuple[Pair, ...]
    content: Content
    redirect: str = Field(alias="redirectURL")
    headers_size: int = Field(alias="headersSize")
    body_size: int = Field(alias="bodySize")


class Timings(Written):
    """How long each part took, milliseconds."""

    send: float = 0
    wait: float = Field(ge=0)
    receive: float = 0


class Entry(Written):
    """A request with its answer."""

    page: str = Field(alias="pageref")
    started: Moment = Field(alias="startedDateTime")
    time: float = Field(ge=0)
    request: Asked
    response: Answered
    cache: dict[str, Any] = Field(default_factory=dict, max_length=0)
    timings: Timings
    kind: str = Field(alias="_resourceType")
    failure: str = Field("", alias="_failure")

    @field_validator("started")
    @classmethod
    def _has_a_zone(cls, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            message = "needs a time zone"
            raise ValueError(message)
        return moment


class PageTimings(Written):
    """Not measured: a step is no page load."""

    content: float = Field(UNKNOWN, alias="onContentLoad")
    load: float = Field(UNKNOWN, alias="onLoad")


class Page(Written):
    """A step."""

    started: Moment = Field(alias="startedDateTime")
    id: str
    title: str
    timings: PageTimings = Field(alias="pageTimings")


class Log(Written):
    """The whole of it."""

    version: Literal["1.2"]
    creator: Named
    browser: Named
    pages: tuple[Page, ...]
    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _has_its_pages(self) -> Log:
        known = {page.id for page in self.pages}
        for place, entry in enumerate(self.entries):
            if entry.page not in known:
                message = f"entries.{place}.pageref: no page has the id {entry.page!r}"
                raise ValueError(message)
        return self


class Har(Written):
    """A file."""

    log: Log


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

"""The parts of a HAR 1.2 as the recorder writes them: nothing in it that is not known, each fault with its place."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

UNKNOWN: Final = -1  # HAR's own word for what was not measured
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

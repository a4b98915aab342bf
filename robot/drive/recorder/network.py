"""What goes over the network in a run that is recorded: each request with its answer's body, kept in memory.

Never Playwright's own HAR: that is written to a disk with everything in it. A body is asked for when its answer begins, and
Playwright then holds it as soon as it is whole, before the page can go on to another one.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from robot.recording.exchanges import STATIC, Exchange, kept, read_posted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import BrowserContext, Page, Request, Response

REDIRECTS = range(300, 400)


@dataclass
class Call:
    """A request as it goes on."""

    request: Request
    step: int
    after_s: float
    begun: float
    seconds: float = 0.0
    posted: tuple[str, bytes] | None = None
    request_headers: tuple[tuple[str, str], ...] = ()
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    failure: str = ""


class Network:
    """The calls of a run's browsers; `place` says in which step the run is, and how many seconds it has run."""

    def __init__(self, place: Callable[[], tuple[int, float]]) -> None:
        self._place = place
        self._calls: list[Call] = []
        self._open: dict[Request, Call] = {}

    def attach(self, context: BrowserContext) -> None:
        """Note everything that a browser asks from now on; nothing comes from its cache."""
        for page in context.pages:
            _without_cache(context, page)
        context.on("page", lambda page: _without_cache(context, page))
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)

    def exchanges(self, files: Mapping[bytes, str]) -> Iterator[Exchange]:
        """The calls in their order, as they were; a part of the page that was got twice alike is written once."""
        seen: set[tuple[str, int, bytes]] = set()
        for call in self._calls:
            kind, method, url = call.request.resource_type, call.request.method, call.request.url
            alike = (url, call.status, call.body)
            if method == "GET" and kind in STATIC:
                if alike in seen:
                    continue
                seen.add(alike)
            yield Exchange(
                step=call.step,
                after_s=round(call.after_s, 3),
                seconds=round(call.seconds, 4),
                kind=kind,
                method=method,
                url=url,
                status=call.status,
                request_headers=call.request_headers,
                posted=read_posted(*call.posted, files) if call.posted is not None else None,
                reason=call.reason,
                headers=call.headers,
                body=call.body,
                failure=call.failure,
            )

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("http:", "https:")):
            return
        step, after_s = self._place()
        call = Call(request, step, after_s, time.monotonic())
        self._calls.append(call)
        self._open[request] = call
        headers = request.headers
        call.request_headers = kept(headers)
        posted = request.post_data_buffer
        if posted is not None:
            call.posted = headers.get("content-type", ""), posted

    def _answered(self, response: Response) -> None:
        call = self._open.get(response.request)
        if call is None:
            return
        call.status, call.reason, call.headers = response.status, response.status_text, kept(response.headers)
        if response.status not in REDIRECTS:
            with contextlib.suppress(PlaywrightError):  # broken off; `requestfailed` says why
                call.body = response.body()
        call.seconds = time.monotonic() - call.begun

    def _failed(self, request: Request) -> None:
        call = self._open.get(request)
        if call is not None:
            call.status, call.failure = 0, request.failure or "failed"
            call.seconds = time.monotonic() - call.begun


def _without_cache(context: BrowserContext, page: Page) -> None:
    with contextlib.suppress(PlaywrightError):
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

"""What goes over the network in a run that is recorded: each request with its answer's body, kept in memory.

Never Playwright's own HAR: that is written to a disk with everything in it. Pages and calls are stopped for a moment by the
browser (CDP's Fetch) before they are sent and before the page gets their answer: a page that goes on to the next one takes its
answers with it, and an upload's bytes are told at no other place.
"""

from __future__ import annotations

import contextlib
import time
from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Error as PlaywrightError

from robot.recording.exchanges import Exchange, kept, read_posted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import BrowserContext, CDPSession, Page, Request, Response

    from robot.drive.recorder.guard import Guard

REDIRECTS: Final = range(300, 400)
STOPPED: Final = {"XHR": "xhr", "Fetch": "fetch", "Document": "document"}  # CDP's resource types, and Playwright's
PATTERNS: Final = [
    {"urlPattern": "http*", "resourceType": kind, "requestStage": stage} for kind in STOPPED for stage in ("Request", "Response")
]


@dataclass
class Call:
    """A request as it goes on."""

    request: Request
    step: int
    after_s: float
    begun: float
    seconds: float = 0.0
    mime_sent: str = ""
    sent: bytes | None = field(default=None, repr=False)
    request_headers: tuple[tuple[str, str], ...] = ()
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    failure: str = ""


@dataclass
class Stop:
    """What was told of a call while it was stopped."""

    sent: bytes | None = None
    body: bytes = b""


class Network:
    """The calls of a run's browsers; `place` says in which step the run is, and how many seconds it has run."""

    def __init__(self, place: Callable[[], tuple[int, float]], guard: Guard) -> None:
        self._place = place
        self._guard = guard
        self._calls: list[Call] = []
        self._open: dict[Request, Call] = {}
        self._stops: dict[tuple[str, str], list[Stop]] = defaultdict(list)  # by method and address, in their order
        self._stopped: dict[str, Stop] = {}  # by the browser's own number for the stop of a call

    def attach(self, context: BrowserContext) -> None:
        """Note everything that a browser asks from now on; nothing comes from its cache."""
        for page in context.pages:
            self._listen(context, page)
        kept = self._guard.kept
        context.on("page", kept(lambda page: self._listen(context, page)))
        context.on("request", kept(self._asked))
        context.on("response", kept(self._answered))
        context.on("requestfailed", kept(self._failed))

    def exchanges(self, files: Mapping[bytes, str]) -> Iterator[Exchange]:
        """The calls in their order, as they were; a part of the page that was got twice alike is given once."""
        stops = {key: iter(each) for key, each in self._stops.items()}
        seen: set[tuple[str, int, bytes]] = set()
        for call in self._calls:
            request = call.request
            stop = next(stops.get((request.method, request.url), iter(())), Stop()) if _is_stopped(request) else Stop()
            sent = stop.sent if stop.sent is not None else call.sent
            exchange = Exchange(
                step=call.step,
                after_s=round(call.after_s, 3),
                seconds=round(call.seconds, 4),
                kind=request.resource_type,
                method=request.method,
                url=request.url,
                status=call.status,
                request_headers=call.request_headers,
                posted=read_posted(call.mime_sent, sent, files) if sent is not None else None,
                reason=call.reason,
                headers=call.headers,
                body=stop.body or call.body,
                failure=call.failure,
            )
            alike = (exchange.url, exchange.status, exchange.body)
            if not (exchange.static and alike in seen):
                yield exchange
            seen.add(alike)

    def _listen(self, context: BrowserContext, page: Page) -> None:
        with contextlib.suppress(PlaywrightError):  # a page that is gone again
            session = context.new_cdp_session(page)
            session.on("Fetch.requestPaused", lambda told: self._paused(session, told))
            session.send("Network.enable")
            session.send("Network.setCacheDisabled", {"cacheDisabled": True})
            session.send("Fetch.enable", {"patterns": PATTERNS})

    def _paused(self, session: CDPSession, told: dict[str, Any]) -> None:
        stopped, request = told["requestId"], told["request"]
        with self._guard.keeping(), contextlib.suppress(PlaywrightError):
            if "responseStatusCode" in told:
                stop = self._stopped.get(stopped)
                if stop is not None and told["responseStatusCode"] not in REDIRECTS:
                    answer = session.send("Fetch.getResponseBody", {"requestId": stopped})
                    stop.body = b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
            elif "responseErrorReason" not in told:
                stop = self._stopped[stopped] = Stop(_sent(request))
                self._stops[request["method"], request["url"]].append(stop)
        with contextlib.suppress(PlaywrightError):
            session.send("Fetch.continueRequest", {"requestId": stopped})

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("http:", "https:")):
            return
        step, after_s = self._place()
        headers = request.headers
        call = Call(request, step, after_s, time.monotonic(), mime_sent=headers.get("content-type", ""))
        call.request_headers, call.sent = kept(headers), request.post_data_buffer
        self._calls.append(call)
        self._open[request] = call

    def _answered(self, response: Response) -> None:
        call = self._open.get(response.request)
        if call is None:
            return
        call.status, call.reason, call.headers = response.status, response.status_text, kept(response.headers)
        if response.status not in REDIRECTS and not _is_stopped(response.request):
            with contextlib.suppress(PlaywrightError):  # broken off; `requestfailed` says why
                call.body = response.body()
        call.seconds = time.monotonic() - call.begun

    def _failed(self, request: Request) -> None:
        call = self._open.get(request)
        if call is not None:
            call.status, call.failure = 0, request.failure or "failed"
            call.seconds = time.monotonic() - call.begun


def _is_stopped(request: Request) -> bool:
    return request.resource_type in STOPPED.values()


def _sent(request: dict[str, Any]) -> bytes | None:
    """The bytes of what is sent, in the pieces in which the browser holds it."""
    pieces = request.get("postDataEntries")
    if pieces:
        return b"".join(b64decode(piece.get("bytes", "")) for piece in pieces)
    return request["postData"].encode() if "postData" in request else None

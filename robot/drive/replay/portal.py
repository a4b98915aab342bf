"""The portal of a replay: every request of the browser is answered from the recording, and none goes out.

Chrome itself resolves no name meanwhile (`home.NO_NETWORK`), so that what slips past is lost and not sent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from robot.drive.recorder.network import REDIRECTS
from robot.recording.exchanges import read_posted
from robot.recording.matching import Asked, Miss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import BrowserContext, Request, Route

    from robot.recording.binding import Binding
    from robot.recording.exchanges import Exchange
    from robot.recording.matching import Matching

EVERYTHING: Final = "**/*"
_SAME_METHOD: Final = (307, 308)
_POLICY: Final = "content-security-policy"
_HEAD: Final = re.compile(rb"<head[^>]*>", re.IGNORECASE)
# Chrome's words for how a request failed, and Playwright's for failing one so.
_FAILURES: Final = {
    "net::ERR_ABORTED": "aborted",
    "net::ERR_CONNECTION_REFUSED": "connectionrefused",
    "net::ERR_CONNECTION_RESET": "connectionreset",
    "net::ERR_CONNECTION_CLOSED": "connectionclosed",
    "net::ERR_EMPTY_RESPONSE": "connectionclosed",
    "net::ERR_NAME_NOT_RESOLVED": "namenotresolved",
    "net::ERR_TIMED_OUT": "timedout",
}


class RecordedPortal:
    """Answers the requests of one browser context; `missed` hears of what nothing recorded answers."""

    def __init__(self, matching: Matching, binding: Binding, files: Mapping[bytes, str], missed: Callable[[Miss], None]) -> None:
        self._matching = matching
        self._binding = binding
        self._files = files
        self._missed = missed

    def attach(self, context: BrowserContext) -> None:
        """Answer everything that this context asks from now on."""
        context.route(EVERYTHING, self._answer)

    def _answer(self, route: Route) -> None:
        request = route.request
        found, url = self._followed(self._asked(request))
        if isinstance(found, Miss):
            self._missed(found)
            route.abort("failed")
        elif not found.status:
            route.abort(_FAILURES.get(found.failure, "failed"))
        elif url == request.url:
            route.fulfill(status=found.status, headers=self._headers(found), body=self._body(found))
        else:
            headers = {name: value for name, value in self._headers(found).items() if name != _POLICY}
            route.fulfill(status=found.status, headers=headers, body=_standing_at(url, self._body(found)))

    def _followed(self, asked: Asked) -> tuple[Exchange | Miss, str]:
        """The answer at the end of all redirections, and its address: Chrome would fetch the next one by itself, past us."""
        found = self._matching.answer(asked)
        if isinstance(found, Miss) or found.status not in REDIRECTS:
            return found, asked.url
        same = found.status in _SAME_METHOD
        target = urljoin(asked.url, self._headers(found).get("location", ""))
        return self._followed(Asked(asked.method if same else "GET", target, asked.posted if same else None))

    def _asked(self, request: Request) -> Asked:
        body = request.post_data_buffer
        posted = read_posted(request.headers.get("content-type", ""), body, self._files) if body is not None else None
        return Asked(request.method, request.url, posted)

    def _headers(self, exchange: Exchange) -> dict[str, str]:
        return {name: self._binding.fill(value) for name, value in exchange.headers}

    def _body(self, exchange: Exchange) -> bytes:
        return self._binding.fill(exchange.body.decode()).encode() if exchange.is_text else exchange.body


def _standing_at(url: str, page: bytes) -> bytes:
    """The page that a redirection has led to, which takes that address itself; what is no page stays as it is."""
    script = f"<script>history.replaceState(null, '', {json.dumps(url)})</script>".encode()
    return _HEAD.sub(lambda head: head.group() + script, page, count=1)

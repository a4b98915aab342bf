"""The portal of a replay: every request of the browser is answered from the recording, and none goes out.

Chrome itself resolves no name meanwhile (`home.NO_NETWORK`), so that what slips past is lost and not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from robot.recording.exchanges import read_posted
from robot.recording.matching import Asked, Miss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import BrowserContext, Request, Route

    from robot.recording.binding import Binding
    from robot.recording.exchanges import Exchange
    from robot.recording.matching import Matching

EVERYTHING: Final = "**/*"
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
        found = self._matching.answer(self._asked(route.request))
        if isinstance(found, Miss):
            self._missed(found)
            route.abort("failed")
        elif not found.status:
            route.abort(_FAILURES.get(found.failure, "failed"))
        else:
            route.fulfill(status=found.status, headers=self._headers(found), body=self._body(found))

    def _asked(self, request: Request) -> Asked:
        body = request.post_data_buffer
        posted = read_posted(request.headers.get("content-type", ""), body, self._files) if body is not None else None
        return Asked(request.method, request.url, posted)

    def _headers(self, exchange: Exchange) -> dict[str, str]:
        return {name: self._binding.fill(value) for name, value in exchange.headers}

    def _body(self, exchange: Exchange) -> bytes:
        return self._binding.fill(exchange.body.decode()).encode() if exchange.is_text else exchange.body

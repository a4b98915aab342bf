"""What a page did while nobody asked: its script errors, its failed requests, and whether it asked for a certificate.

The page's own messages to the extension (`src: page.js`, of the public token-signing protocol) are overheard, never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

    from playwright.sync_api import BrowserContext, Frame, Page, Request, Response, WebError
    from playwright.sync_api import Error as PlaywrightError

OVERHEAR: Final = """(() => {
  const seen = {asked: 0, answered: 0, code: '', nonce: null};
  window.addEventListener('message', event => {
    const said = event.data;
    if (event.source !== window || !said || typeof said !== 'object') return;
    if (said.src === 'page.js' && said.type === 'CERT')
      Object.assign(seen, {asked: Date.now(), answered: 0, code: '', nonce: said.nonce});
    else if (said.src === 'background.js' && said.nonce === seen.nonce && seen.asked)
      Object.assign(seen, {answered: Date.now(), code: String(said.result || '')});
  }, true);
  Object.defineProperty(window, Symbol.for('vss-robot.overheard'), {value: seen});
})()"""
READ: Final = """() => {
  const seen = window[Symbol.for('vss-robot.overheard')];
  return seen && {asked: seen.asked, answered: seen.answered, code: seen.code, now: Date.now()};
}"""
_LOADED: Final = frozenset({"script"})
_ASKED: Final = frozenset({"xhr", "fetch"})
_ABORTED: Final = "net::ERR_ABORTED"
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_MOST: Final = 20


@dataclass(frozen=True)
class Asking:
    """Whether the page has asked for a certificate: how many seconds ago, and the code of the answer, if one came."""

    seconds: float
    answered: bool
    code: str

    def owed(self, for_s: float) -> bool:
        """Whether the page has waited for its answer this long and waits still."""
        return not self.answered and self.seconds >= for_s


@dataclass
class Sightings:
    """Attached to one browser; holds what belongs to the page that it shows now."""

    hosts: Collection[str]
    script_errors: list[str] = field(default_factory=list)
    failed_requests: list[tuple[str, str]] = field(default_factory=list)
    _shown: str = ""

    def attach(self, context: BrowserContext) -> None:
        """Hear everything that the first page of `context` does from now on."""
        context.add_init_script(OVERHEAR)
        page = context.pages[0]
        page.on("framenavigated", self._navigated)
        context.on("weberror", self._script_error)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)

    def asking(self, page: Page) -> Asking | None:
        """What was overheard of the page's last question for a certificate; None where it has asked nothing.

        Raises:
            PlaywrightError: the page cannot be asked any more.
        """
        seen: dict[str, Any] | None = page.evaluate(READ)
        if not seen or not seen["asked"]:
            return None
        return Asking((seen["now"] - seen["asked"]) / 1000, bool(seen["answered"]), seen["code"])

    def _navigated(self, frame: Frame) -> None:
        address = frame.url.partition("#")[0]
        if frame.parent_frame is None and address != self._shown:
            self._shown = address
            self.script_errors.clear()
            self.failed_requests.clear()

    def _script_error(self, error: WebError) -> None:
        page = error.page
        if page is not None and urlsplit(page.url).hostname in self.hosts and len(self.script_errors) < _MOST:
            self.script_errors.append(str(error.error).splitlines()[0])

    def _answered(self, response: Response) -> None:
        kind, status = response.request.resource_type, response.status
        if (kind in _LOADED and status >= _CLIENT_ERROR) or (kind in _ASKED and status >= _SERVER_ERROR):
            self._note(response.url, f"HTTP {status}")

    def _failed(self, request: Request) -> None:
        if request.resource_type in _LOADED | _ASKED and request.failure != _ABORTED:
            self._note(request.url, request.failure or "?")

    def _note(self, address: str, why: str) -> None:
        parts = urlsplit(address)
        if parts.hostname in self.hosts and len(self.failed_requests) < _MOST:
            self.failed_requests.append((f"{parts.netloc}{parts.path}", why))


def first_line(wrong: PlaywrightError) -> str:
    """What an error of Playwright's says, without the log behind it."""
    return str(wrong).strip().splitlines()[0]

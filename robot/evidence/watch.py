"""Watching a browser: console, script errors and network go to the run's folder; masked fields stay unreadable.

Of the network method, address without query, status, kind, size and time to the answer are kept: bodies, headers and queries
may hold secrets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

    from robot.evidence.folder import RunFolder

# A constructed style sheet is not stopped by a page's content security policy, an inserted <style> is.
VEIL = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(%s + '{-webkit-text-security:disc !important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})()"""


def watch(context: BrowserContext, folder: RunFolder, masked: Sequence[str]) -> None:
    """Note everything that `context` says from now on, and veil the masked fields on each of its pages."""
    veil(context, masked)
    watch_source(context, folder)


def veil(context: BrowserContext, masked: Sequence[str]) -> None:
    """Veil the masked fields on each page of `context`."""
    if masked:
        context.add_init_script(VEIL % json.dumps(", ".join(masked)))


def watch_source(source: BrowserContext | Page, folder: RunFolder) -> Callable[[], None]:
    """Note everything that a context, or one page of it, says from now on, until what is returned is called."""

    def console(message: ConsoleMessage) -> None:
        folder.note("console", kind=message.type, text=message.text, where=_place(message.location.get("url", "")))

    def script_error(error: WebError | Exception) -> None:
        folder.note("console", kind="script_error", text=str(getattr(error, "error", error)))

    def answered(response: Response) -> None:
        request, headers = response.request, response.headers
        folder.note(
            "network",
            method=request.method,
            address=_place(response.url),
            status=response.status,
            kind=request.resource_type,
            mime=headers.get("content-type", "").split(";")[0],
            bytes=int(size) if (size := headers.get("content-length", "")).isdecimal() else None,
            ms=_ms(request),
        )

    def failed(request: Request) -> None:
        folder.note(
            "network", method=request.method, address=_place(request.url), failure=request.failure, kind=request.resource_type
        )

    heard: dict[str, Callable[[Any], None]] = {
        "console": console,
        "weberror" if hasattr(source, "new_page") else "pageerror": script_error,
        "response": answered,
        "requestfailed": failed,
    }
    listening: Any = source  # the library's types name each event apart
    for event, handler in heard.items():
        listening.on(event, handler)

    def stop() -> None:
        for event, handler in heard.items():
            listening.remove_listener(event, handler)

    return stop


def _ms(request: Request) -> int | None:
    """From the request's begin to the first byte of its answer, where the browser tells."""
    first_byte = request.timing["responseStart"]
    return round(first_byte) if first_byte >= 0 else None


def _place(address: str) -> str:
    """Host and path of an address; what follows may hold a code."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.scheme

"""Watching a browser: console, script errors and network go to the run's folder; masked fields stay unreadable.

Of the network method, address without query, status, kind, size and time to the answer are kept: bodies, headers and queries
may hold secrets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

    from robot.evidence.folder import RunFolder

# A constructed style sheet is not stopped by a page's content security policy, an inserted <style> is.
VEIL = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(%s + '{-webkit-text-security:disc !important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})()"""


def watch(context: BrowserContext, folder: RunFolder, masked: Sequence[str]) -> None:
    """Note everything that `context` says from now on, and veil the masked fields on each of its pages."""
    if masked:
        context.add_init_script(VEIL % json.dumps(", ".join(masked)))

    def console(message: ConsoleMessage) -> None:
        folder.note("console", kind=message.type, text=message.text, where=_place(message.location.get("url", "")))

    def script_error(error: WebError) -> None:
        folder.note("console", kind="script_error", text=str(error.error))

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

    context.on("console", console)
    context.on("weberror", script_error)
    context.on("response", answered)
    context.on("requestfailed", failed)


def _ms(request: Request) -> int | None:
    """From the request's begin to the first byte of its answer, where the browser tells."""
    first_byte = request.timing["responseStart"]
    return round(first_byte) if first_byte >= 0 else None


def _place(address: str) -> str:
    """Host and path of an address; what follows may hold a code."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.scheme

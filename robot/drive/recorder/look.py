"""How a page looks at the end of a step: its aria snapshot, and a picture with every known value covered.

No value is handed to the page: its texts are read, and what is to be covered is told to it by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.evidence.folder import MASK_COLOUR, PAGE_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import JSHandle, Page

    from robot.recording.placeholders import Register

PICTURE: Final = "webp"
QUALITY: Final = 45  # a screen of a form is 20 KB, and its texts can be read
VEIL: Final = "data-vss-robot-veil"
# Elements that show something of their own, and what that is: a field's value, or the text that stands directly in it.
SHOWN = """() => {
  const own = node => 'value' in node && typeof node.value === 'string' ? node.value
    : [...node.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.data).join(' ');
  const elements = [...document.body.querySelectorAll('*')].filter(node => !node.matches('script, style') && own(node).trim());
  return {elements, texts: elements.map(own)};
}"""
COVER = f"(shown, numbers) => numbers.forEach(number => shown.elements[number].setAttribute('{VEIL}', ''))"
UNCOVER = f"(shown, numbers) => numbers.forEach(number => shown.elements[number].removeAttribute('{VEIL}'))"


@dataclass(frozen=True)
class Seen:
    """A page at one moment: path, aria snapshot as it is, picture; None where it could no longer be had."""

    path: str
    aria: str | None
    picture: bytes | None = field(repr=False)


def look_at(page: Page, register: Register, masked: Sequence[str]) -> Seen:
    """The page as it is now; `masked` are selectors of what is covered whatever it holds."""
    path = urlsplit(page.url).path
    try:
        aria = page.locator("body").aria_snapshot(timeout=PAGE_MS)
        return Seen(path, aria, _picture(page, register, masked))
    except PlaywrightError as wrong:
        logger.bind(action="recorder.page_failed").warning(str(wrong).splitlines()[0])
        return Seen(path, None, None)


def _picture(page: Page, register: Register, masked: Sequence[str]) -> bytes:
    shown: JSHandle = page.evaluate_handle(SHOWN)
    texts: list[str] = shown.evaluate("shown => shown.texts")
    hidden: list[str] = register.hide_data(texts)
    numbers = [number for number, (text, safe) in enumerate(zip(texts, hidden, strict=True)) if text != safe]
    shown.evaluate(COVER, numbers)
    try:
        return page.screenshot(
            type=PICTURE,
            quality=QUALITY,
            mask=[page.locator(selector) for selector in (*masked, f"[{VEIL}]")],
            mask_color=MASK_COLOUR,
            timeout=PAGE_MS,
        )
    finally:
        shown.evaluate(UNCOVER, numbers)
        shown.dispose()
